/**
 * One step as one durable execution. The payload is the step's id and the hash of the outputs it consumes; the body
 * finds its inputs in the running experiment, so that nothing decoded has to be stored twice.
 */
import { Activity, Workflow, WorkflowEngine } from "@effect/workflow"
import { Effect, FiberRef, Layer, Schema } from "effect"
import type { LogLevel } from "effect"
import { Attempt } from "./Attempt.ts"
import { Shard } from "./Shard.ts"
import type { AnyStage } from "./Stage.ts"
import { InvalidExperiment } from "./StageErrors.ts"
import { StageFailure } from "./StageFailure.ts"

const payload = { id: Schema.String, consumed: Schema.String, attempt: Schema.optional(Schema.Int) }
export type Payload = Schema.Struct.Type<typeof payload>

/** What the engine knows an execution by: done anew or on other outputs, a step is another execution. */
export const keyOf = ({ id, consumed, attempt }: Payload): string =>
  attempt === undefined || attempt === 0 ? `${id}/${consumed}` : `${id}/${consumed}/${attempt}`

/** What executions need of the run that they belong to. */
export interface Host {
  /** Every upstream step replaced by its output; absent where this run doesn't run the execution (now). */
  readonly inputs: ReadonlyMap<string, unknown>
  /** Executions that were left by an earlier run and suspended because their inputs were not there yet. */
  readonly parked: Set<string>
  /** Of the stages' bodies; the engine's own fibers have another. */
  readonly logLevel: LogLevel.LogLevel
  /** A shard failed; the step suspends when the others have ended. */
  readonly onFailure: (id: string, failure: StageFailure) => Effect.Effect<void>
  /** A shard has its result. */
  readonly onShard: (id: string) => Effect.Effect<void, StageFailure>
  /** Around a stage's body. */
  readonly during: (id: string) => <A, E, R>(body: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export const make = (stage: AnyStage) =>
  Workflow.make({
    name: `${stage.name}/v${stage.version}`,
    payload,
    success: Schema.Unknown,
    idempotencyKey: keyOf,
  }).annotate(Workflow.SuspendOnFailure, true)

export type Execution = ReturnType<typeof make>

/** Registers a stage. Executions left over from experiments that are not running now stay suspended. */
export const layer = (stage: AnyStage, execution: Execution, host: Host) =>
  execution.toLayer((payload) =>
    Effect.gen(function* () {
      const instance = yield* WorkflowEngine.WorkflowInstance
      const key = keyOf(payload)
      if (!host.inputs.has(key)) {
        host.parked.add(key)
        return yield* Workflow.suspend(instance)
      }
      const shard = yield* shardService(payload.id, host)
      // The input was decoded by this stage's own schema when the step was built.
      const output = yield* stage
        .run(host.inputs.get(key) as never)
        .pipe(
          Effect.provideService(Shard, shard),
          Effect.provideService(Attempt, payload.attempt ?? 0),
          Effect.locally(FiberRef.currentMinimumLogLevel, host.logLevel),
          host.during(payload.id),
        )
      return Schema.encodeSync(stage.output)(output)
    }),
  ) as Layer.Layer<never, never, WorkflowEngine.WorkflowEngine>

const shardService = (id: string, host: Host) =>
  Effect.map(Effect.context<WorkflowEngine.WorkflowEngine | WorkflowEngine.WorkflowInstance>(), (engine) => {
    const names = new Set<string>()
    return Shard.of({
      id,
      run: (name, output, effect) => {
        if (names.has(name)) {
          return Effect.die(new InvalidExperiment({ where: id, detail: `two shards are named ${name}` }))
        }
        names.add(name)
        const execute = effect.pipe(
          Effect.zipLeft(host.onShard(id)),
          Effect.tapError((failure) => host.onFailure(id, failure)),
        )
        // A failed shard suspends the execution (SuspendOnFailure), so its failure never reaches the body.
        // Providing the engine leaves exactly the services of `effect`, which the compiler can't see through Exclude.
        return Activity.make({ name, success: output, error: StageFailure, execute }).pipe(
          Effect.orDie,
          Effect.provide(engine),
        ) as never
      },
    })
  })
