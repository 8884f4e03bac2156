/** The body of one step without the engine: nothing is kept, and nothing of an earlier run is gone on with. */
import { Cause, Chunk, Effect, Schema } from "effect"
import { Attempt } from "./Attempt.ts"
import { Shard } from "./Shard.ts"
import type { AnyStage } from "./Stage.ts"
import { StageFailure } from "./StageFailure.ts"

/**
 * Gives the encoded output. `input` is as the body sees it: see `Driver.resolve`. Fails with the first failure of a
 * shard, or with a defect of the body as one.
 */
export const runDirectly = <R>(
  stage: AnyStage,
  step: { readonly id: string; readonly input: unknown; readonly attempt: number },
): Effect.Effect<unknown, StageFailure, R> => {
  // The step's constructor checked the input, and the type of the graph names the services.
  const body = stage.run(step.input as never) as Effect.Effect<unknown, never, R | Shard>
  return body.pipe(
    Effect.map(Schema.encodeSync(stage.output)),
    Effect.provideService(Shard, shards(step.id)),
    Effect.provideService(Attempt, step.attempt),
    Effect.catchAllCause((cause) =>
      Cause.isInterruptedOnly(cause) ? Effect.interrupt : Effect.fail(failureOf(cause)),
    ),
  )
}

/** Results go through their schemas, as they do when the engine has kept them. */
const shards = (id: string) =>
  Shard.of({
    id,
    run: (_name, output, effect) =>
      Effect.orDie(
        Effect.flatMap(effect, (result) =>
          Effect.flatMap(Schema.encode(output)(result), (encoded) =>
            Schema.decode(output)(JSON.parse(JSON.stringify(encoded))),
          ),
        ),
      ),
  })

const failureOf = (cause: Cause.Cause<never>): StageFailure => {
  const defects = Chunk.toReadonlyArray(Cause.defects(cause))
  const failure = defects.find((defect) => defect instanceof StageFailure)
  const reason = `It stopped with an unexpected error: ${Cause.pretty(cause)}`
  return failure ?? StageFailure.make({ kind: "operator", reason, advice: "This is a defect of the stage." })
}
