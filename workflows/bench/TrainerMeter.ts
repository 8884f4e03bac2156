/** Watches a trainer from outside: for how long at least one request to it was under way. */
import { Effect } from "effect"
import type { Trainer, TrainingModel } from "../../src/ports/Trainer.ts"

export interface TrainerMeter {
  readonly watch: (trainer: Trainer["Type"]) => Trainer["Type"]
  /** Milliseconds so far. */
  readonly busy: () => number
}

export const makeTrainerMeter = (now: () => number = () => performance.now()): TrainerMeter => {
  let [underWay, since, total] = [0, 0, 0]
  const request = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        if (underWay++ === 0) since = now()
      }),
      () => effect,
      () =>
        Effect.sync(() => {
          if (--underWay === 0) total += now() - since
        }),
    )
  const model = (inner: TrainingModel): TrainingModel => ({
    ...inner,
    forward: (datums, loss) => request(inner.forward(datums, loss)),
    forwardBackward: (datums, loss) => request(inner.forwardBackward(datums, loss)),
    optimStep: (adam) => request(inner.optimStep(adam)),
    saveState: (name) => request(inner.saveState(name)),
    saveForSampler: (name) => request(inner.saveForSampler(name)),
  })
  return {
    watch: (trainer) => ({
      ...trainer,
      capabilities: request(trainer.capabilities),
      createModel: (asked) => Effect.map(request(trainer.createModel(asked)), model),
      sampler: (target) => {
        const inner = trainer.sampler(target)
        return {
          sample: (asked) => request(inner.sample(asked)),
          logprobs: (tokens) => request(inner.logprobs(tokens)),
        }
      },
    }),
    busy: () => total + (underWay === 0 ? 0 : now() - since),
  }
}
