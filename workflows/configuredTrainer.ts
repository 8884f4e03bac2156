/** What a config says of its training server, defaults filled in. */
import type { ModelSpec } from "../src/domain/ModelSpec.ts"
import type { TrainerKind } from "../src/ports/Trainer.ts"
import { dialects, skyrlJax } from "../layers/training/tinker/TinkerDialect.ts"
import type { DialectName, TinkerDialect } from "../layers/training/tinker/TinkerDialect.ts"

type Configured =
  | { readonly kind: "embedded" }
  | { readonly kind: "tinker"; readonly dialect?: DialectName | undefined; readonly places?: number | undefined }

export const dialectOf = (trainer: Configured): TinkerDialect =>
  trainer.kind === "embedded" ? skyrlJax : dialects[trainer.dialect ?? "skyrl"]

export const kindOf = (trainer: Configured): TrainerKind =>
  trainer.kind === "embedded" ? "embedded" : dialectOf(trainer).kind

/** Models that it can hold at once. */
export const placesOf = (trainer: Configured): number => (trainer.kind === "tinker" ? trainer.places : undefined) ?? 2

/** Whether the training server has the model, and no endpoint. */
export const isOnTrainer = ({ provider }: Pick<ModelSpec, "provider">): boolean => provider !== "openai"
