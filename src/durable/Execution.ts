/**
 * One step as one durable execution. The payload is the step's id and the hash of the outputs it consumes; the body
 * finds its inputs in the running experiment, so that nothing decoded has to be stored twice.
 */
import { Activity, Workflow, WorkflowEngine } from "@effect/workflow"
import { Effect, Layer, Schema } from "effect"
import { Shard } from "./Shard.ts"
import type { AnyStage } from "./Stage.ts"
import { InvalidExperiment } from "./StageErrors.ts"
import { StageFailure } from "./StageFailure.ts"

const payload = { id: Schema.String, consumed: Schema.String }

/** Inputs of the steps that this process may run: every upstream step replaced by its output. */
export type Inputs = ReadonlyMap<string, unknown>

/** Called with each shard failure before the step suspends. */
export type OnFailure = (id: string, failure: StageFailure) => Effect.Effect<void>

export const make = (stage: AnyStage) =>
  Workflow.make({
    name: `${stage.name}/v${stage.version}`,
    payload,
    success: Schema.Unknown,
    idempotencyKey: ({ id, consumed }) => `${id}/${consumed}`,
  }).annotate(Workflow.SuspendOnFailure, true)

export type Execution = ReturnType<typeof make>

/** Registers a stage. Executions left over from experiments that are not running now stay suspended. */
export const layer = (stage: AnyStage, execution: Execution, inputs: Inputs, onFailure: OnFailure) =>
  execution.toLayer(({ id }) =>
    Effect.gen(function* () {
      const instance = yield* WorkflowEngine.WorkflowInstance
      if (!inputs.has(id)) return yield* Workflow.suspend(instance)
      const shard = yield* shardService(id, onFailure)
      // The input was decoded by this stage's own schema when the step was built.
      const output = yield* Effect.provideService(stage.run(inputs.get(id) as never), Shard, shard)
      return Schema.encodeSync(stage.output)(output)
    }),
  ) as Layer.Layer<never, never, WorkflowEngine.WorkflowEngine>

const shardService = (id: string, onFailure: OnFailure) =>
  Effect.map(Effect.context<WorkflowEngine.WorkflowEngine | WorkflowEngine.WorkflowInstance>(), (engine) => {
    const names = new Set<string>()
    return Shard.of({
      id,
      run: (name, output, effect) => {
        if (names.has(name)) {
          return Effect.die(new InvalidExperiment({ where: id, detail: `two shards are named ${name}` }))
        }
        names.add(name)
        const execute = Effect.tapError(effect, (failure) => onFailure(id, failure))
        // A failed shard suspends the execution (SuspendOnFailure), so its failure never reaches the body.
        // Providing the engine leaves exactly the services of `effect`, which the compiler can't see through Exclude.
        return Activity.make({ name, success: output, error: StageFailure, execute }).pipe(
          Effect.orDie,
          Effect.provide(engine),
        ) as never
      },
    })
  })
