/** How many steps may run at once, beyond what a run is told. */
import type { ModelSpec } from "../src/domain/ModelSpec.ts"
import type { Plan } from "../src/index.ts"
import { isOnTrainer, placesOf } from "./configuredTrainer.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"

/**
 * `gpus`: each step that asks a model on the trainer takes one. A trainer holds so many models; a step needs one for the
 * assistant and one for a simulator there, and more steps would take each other's places and train anew for it.
 */
export const stepBounds = (
  steps: ReadonlyArray<Pick<Plan.PlannedStep, "id" | "demands">>,
  { gpus }: { readonly gpus?: number | undefined },
  { trainer }: Pick<UnderstudyConfig, "trainer">,
) => {
  const asking = steps.filter(({ demands }) => demands.some(asksTrainer))
  const ids = new Set(asking.map(({ id }) => id))
  const needed = Math.max(1, ...asking.map(({ demands }) => new Set(demands.filter(asksTrainer).map(sideOf)).size))
  return [
    ...(gpus === undefined ? [] : [{ steps: ids, atOnce: gpus }]),
    { steps: ids, atOnce: Math.max(1, Math.floor(placesOf(trainer) / needed)) },
  ]
}

const asksTrainer = ({ model }: { readonly model: ModelSpec }) => isOnTrainer(model)

const sideOf = ({ role }: { readonly role: string }) => (role === "simulator" ? "simulator" : "assistant")
