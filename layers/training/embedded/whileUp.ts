/** A trainer whose requests end when its server is down for good, instead of being repeated until patience ends. */
import { Effect } from "effect"
import { TrainingFailed } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Trainer, TrainingModel } from "../../../src/ports/Trainer.ts"
import type { EmbeddedError } from "./EmbeddedErrors.ts"

/** `down` fails once the server is down for good, and never succeeds. */
export const whileUp = (
  trainer: typeof Trainer.Service,
  down: Effect.Effect<never, EmbeddedError>,
): typeof Trainer.Service => {
  const { endpoint } = trainer
  const guarded = <A, R>(request: string, effect: Effect.Effect<A, TrainerError, R>) =>
    Effect.raceFirst(
      effect,
      Effect.mapError(down, ({ message }) => TrainingFailed.make({ endpoint, request, by: "server", detail: message })),
    )
  const model = (open: TrainingModel): TrainingModel => ({
    ...open,
    forward: (datums, loss) => guarded("forward", open.forward(datums, loss)),
    forwardBackward: (datums, loss) => guarded("forward_backward", open.forwardBackward(datums, loss)),
    optimStep: (adam) => guarded("optim_step", open.optimStep(adam)),
    saveState: (name) => guarded("save_weights", open.saveState(name)),
    saveForSampler: (name) => guarded("save_weights_for_sampler", open.saveForSampler(name)),
  })
  return {
    ...trainer,
    capabilities: guarded("get_server_capabilities", trainer.capabilities),
    createModel: (request) => Effect.map(guarded("create_model", trainer.createModel(request)), model),
    sampler: (target) => {
      const { sample, logprobs } = trainer.sampler(target)
      return {
        sample: (request) => guarded("asample", sample(request)),
        logprobs: (tokens) => guarded("asample", logprobs(tokens)),
      }
    },
  }
}
