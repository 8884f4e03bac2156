/** The configured trainer, started when it is first needed, and the codecs of the models on it. */
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Duration, Effect, Layer } from "effect"
import type { Redacted } from "effect"
import { makeChatTemplate } from "../layers/llm/ChatTemplate.ts"
import { loadTokenizer } from "../layers/llm/Tokenizer.ts"
import { CheckpointFiles } from "../layers/training/CheckpointFiles.ts"
import * as EmbeddedCheckpointFiles from "../layers/training/embedded/EmbeddedCheckpointFiles.ts"
import { findInstall } from "../layers/training/embedded/EmbeddedInstall.ts"
import { whileUp } from "../layers/training/embedded/whileUp.ts"
import { EmbeddedServer } from "../layers/training/embedded/EmbeddedServer.ts"
import { lazyTrainer } from "../layers/training/lazyTrainer.ts"
import type { PoliciesOptions } from "../layers/training/Policies.ts"
import { skyrlJax } from "../layers/training/tinker/TinkerDialect.ts"
import type { DialectName } from "../layers/training/tinker/TinkerDialect.ts"
import * as TinkerTrainer from "../layers/training/tinker/TinkerTrainer.ts"
import { Misconfigured } from "../src/domain/LlmError.ts"
import type { ModelSpec } from "../src/domain/ModelSpec.ts"
import { Trainer } from "../src/ports/Trainer.ts"
import { dialectOf, placesOf } from "./configuredTrainer.ts"

export type TrainerChoice =
  | { readonly kind: "embedded" }
  | {
      readonly kind: "tinker"
      readonly url: string
      readonly apiKey?: Redacted.Redacted
      /** The environment variable that should hold the key and isn't set. */
      readonly missingKey?: string | undefined
      /** Default: `skyrl`. */
      readonly dialect?: DialectName
      /** Models that the server can hold at once. Default 2. */
      readonly places?: number
      /** Samples under way at once, where the server batches by itself. Default 256. */
      readonly concurrency?: number
      /** Folders with the tokenizers of base models, in Hugging Face format, by the models' names. */
      readonly tokenizers: Readonly<Record<string, string>>
    }

export interface TrainerOptions {
  /** The embedded trainer's own. */
  readonly folder: string
  /** How long a server that doesn't answer is waited for. The embedded one is known to be down for good earlier. */
  readonly patience: Duration.DurationInput
  /** Gets one line for people now and then. */
  readonly onProgress: (line: string) => Effect.Effect<void>
}

export const trainerLayer = (choice: TrainerChoice, { patience, ...options }: TrainerOptions) => {
  if (choice.kind === "tinker") {
    const dialect = dialectOf(choice)
    const { missingKey, url } = choice
    if (missingKey !== undefined) {
      const message = `the environment variable ${missingKey} is not set. Put the API key of ${url} into it.`
      return lazyTrainer({ endpoint: url, lossScale: dialect.lossScale, kind: dialect.kind }, Layer.fail({ message }))
    }
    return Layer.merge(
      TinkerTrainer.layer({ url: choice.url, apiKey: choice.apiKey, dialect, timing: { patience } }),
      CheckpointFiles.layerKeptBy(choice.url),
    ).pipe(Layer.provide(NodeHttpClient.layerUndici))
  }
  const server = Layer.unwrapEffect(
    Effect.gen(function* () {
      const install = yield* findInstall()
      yield* options.onProgress("starting the embedded trainer")
      return EmbeddedServer.layer({ install, ...options })
    }),
  )
  const trainer = Layer.effect(
    Trainer,
    Effect.gen(function* () {
      const { url, down } = yield* EmbeddedServer
      // It has answered before this: what it doesn't answer is a restart.
      const timing = { patience: restartPatience(patience), firstPatience: restartPatience(patience) }
      return whileUp(yield* TinkerTrainer.make({ url, timing, dialect: skyrlJax }), down)
    }),
  )
  return lazyTrainer(
    { endpoint: "the embedded trainer", lossScale: skyrlJax.lossScale, kind: "embedded" },
    Layer.merge(trainer, EmbeddedCheckpointFiles.layer).pipe(
      Layer.provide(server),
      Layer.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layerUndici)),
    ),
  )
}

/** A restart of the embedded server takes half a minute; one that takes longer is tried again by `LiveModels`. */
const restartPatience = (patience: Duration.DurationInput) => Duration.min(patience, "2 minutes")

/** How policies use the trainer: the embedded one has two places for adapters and works in waves of eight. */
export const policiesOptions = (
  choice: TrainerChoice,
  patience: Duration.DurationInput = "2 hours",
): PoliciesOptions => ({
  patience: choice.kind === "embedded" ? Duration.min(patience, "10 minutes") : patience,
  places: placesOf(choice),
  // Graphics processors sum in no fixed order; bfloat16 then moves a log-probability by a few hundredths.
  tolerance: choice.kind === "embedded" ? 0 : 0.1,
  waves: wavesOf(choice),
  codec: (spec) =>
    Effect.gen(function* () {
      const folder = yield* tokenizerFolder(choice, spec)
      const tokenizer = yield* loadTokenizer(folder)
      return { tokenizer, template: makeChatTemplate(tokenizer) }
    }).pipe(
      Effect.mapError(({ message }) =>
        Misconfigured.make({
          endpoint: choice.kind === "embedded" ? "the embedded trainer" : choice.url,
          model: spec.name,
          detail: message,
          advice: "",
        }),
      ),
      Effect.provide(NodeContext.layer),
    ),
})

const wavesOf = (choice: TrainerChoice): PoliciesOptions["waves"] => {
  if (choice.kind === "embedded") return { size: 8, quietMillis: 200 }
  return choice.dialect === "skyrl-jax" ? { size: 64, quietMillis: 5 } : { atOnce: choice.concurrency ?? 256 }
}

const tokenizerFolder = (choice: TrainerChoice, { name }: ModelSpec) => {
  if (choice.kind === "embedded") return Effect.map(findInstall(), ({ model }) => model.folder)
  const folder = choice.tokenizers[name]
  return folder === undefined
    ? Effect.fail({ message: `the config names no tokenizer folder for it; add trainer.tokenizers["${name}"]` })
    : Effect.succeed(folder)
}
