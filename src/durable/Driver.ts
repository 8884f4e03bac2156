/**
 * Walks the graph: a step starts when everything upstream is done; independent steps go on when one is suspended.
 * A step that the ledger has as done, with the same consumed outputs, is not started at all: the engine database is a
 * cache. Starting is idempotent, and a step that failed earlier is resumed.
 */
import { Deferred, Duration, Effect, Layer, Option, Schema } from "effect"
import { StepLedger } from "../journal/StepLedger.ts"
import * as Execution from "./Execution.ts"
import type { Graph, Node } from "./Graph.ts"
import type { AnyStage } from "./Stage.ts"
import type { StageFailure } from "./StageFailure.ts"
import { consumedHash, isDone, outputHash } from "./Standing.ts"
import { isStep } from "./Step.ts"
import type { AnyStep } from "./Step.ts"

export type Outcome =
  | { readonly _tag: "Done"; readonly output: unknown }
  | { readonly _tag: "Suspended"; readonly failures: ReadonlyArray<StageFailure> }
  | { readonly _tag: "Blocked"; readonly by: ReadonlyArray<string> }

/** Runs every step of the graph and tells each one's outcome, by id. `concurrency` bounds the steps under way. */
export const run = (graph: Graph, options: { readonly concurrency: number; readonly pollMillis: number }) =>
  Effect.gen(function* () {
    const inputs = new Map<string, unknown>()
    const failures = new Map<string, Array<StageFailure>>()
    const onFailure: Execution.OnFailure = (id, failure) =>
      Effect.sync(() => failures.set(id, [...(failures.get(id) ?? []), failure]))
    const stages = new Map<string, { readonly execution: Execution.Execution; readonly stage: AnyStage }>()
    for (const { step } of graph.nodes) {
      const execution = Execution.make(step.stage)
      if (!stages.has(execution.name)) stages.set(execution.name, { execution, stage: step.stage })
    }
    const outcomes = new Map<string, Deferred.Deferred<Outcome>>()
    for (const node of graph.nodes) outcomes.set(node.id, yield* Deferred.make<Outcome>())

    const settle = (id: string) =>
      Effect.mapError(Effect.fromNullable(outcomes.get(id)), () => new Error(`${id} is not in its own graph`))
    const outcomeOf = (id: string) => Effect.flatMap(Effect.orDie(settle(id)), Deferred.await)
    const permits = yield* Effect.makeSemaphore(options.concurrency)

    const one = (node: Node) =>
      Effect.gen(function* () {
        const above = new Map<string, unknown>()
        const blocked: Array<string> = []
        for (const id of node.upstream) {
          const outcome = yield* outcomeOf(id)
          if (outcome._tag === "Done") above.set(id, outcome.output)
          else blocked.push(id)
        }
        if (blocked.length > 0) return { _tag: "Blocked", by: blocked } satisfies Outcome
        return yield* permits.withPermits(1)(execute(node, above))
      })

    const ledger = yield* StepLedger
    /** Of the outputs of the steps that are done. */
    const hashes = new Map<string, string>()
    const execute = Effect.fnUntraced(function* (node: Node, above: ReadonlyMap<string, unknown>) {
      const { stage } = node.step
      const consumed = consumedHash(node.upstream.map((id) => hashes.get(id) ?? ""))
      const known = Option.getOrUndefined(yield* ledger.find(node.id))
      if (isDone(known, consumed)) {
        hashes.set(node.id, outputHash(known.output))
        return { _tag: "Done", output: decodeOutput(stage, JSON.parse(known.output)) } satisfies Outcome
      }
      inputs.set(
        node.id,
        resolve(node.step.input, (step) => above.get(graph.ids.get(step) ?? "")),
      )
      const { execution } = stages.get(Execution.make(stage).name) ?? { execution: Execution.make(stage) }
      const payload = { id: node.id, consumed }
      const executionId = yield* execution.executionId(payload)
      const row = { id: node.id, stage: stage.name, consumed, output: null, reason: null, advice: null, seconds: null }
      yield* ledger.record({ ...row, state: "running" })
      const before = yield* execution.poll(executionId)
      if (before?._tag === "Suspended") yield* execution.resume(executionId)
      else yield* execution.execute(payload, { discard: true })
      const [duration, settled] = yield* execution.poll(executionId).pipe(
        Effect.delay(options.pollMillis),
        Effect.repeat({
          until: (result) =>
            result !== undefined && (result._tag === "Complete" || (failures.get(node.id)?.length ?? 0) > 0),
        }),
        Effect.timed,
      )
      if (settled?._tag === "Complete") {
        const encoded = yield* settled.exit
        const output = JSON.stringify(encoded) ?? "null"
        hashes.set(node.id, outputHash(output))
        yield* ledger.record({ ...row, state: "done", output, seconds: Duration.toSeconds(duration) })
        return { _tag: "Done", output: decodeOutput(stage, encoded) } satisfies Outcome
      }
      const found = failures.get(node.id) ?? []
      const { reason, advice } = found[0] ?? { reason: null, advice: null }
      yield* ledger.record({ ...row, state: "suspended", reason, advice })
      return { _tag: "Suspended", failures: found } satisfies Outcome
    })

    const walk = Effect.forEach(
      graph.nodes,
      (node) =>
        Effect.gen(function* () {
          const outcome = yield* one(node)
          yield* Deferred.succeed(yield* Effect.orDie(settle(node.id)), outcome)
          return [node.id, outcome] as const
        }),
      { concurrency: "unbounded" },
    )
    const registry = Layer.mergeAll(
      Layer.empty,
      ...[...stages.values()].map(({ execution, stage }) => Execution.layer(stage, execution, inputs, onFailure)),
    )
    return new Map(yield* Effect.provide(walk, registry))
  })

const decodeOutput = (stage: AnyStage, encoded: unknown) => Schema.decodeUnknownSync(stage.output)(encoded)

/** An input as the body sees it: every step replaced by its output. */
const resolve = (value: unknown, outputOf: (step: AnyStep) => unknown): unknown => {
  if (isStep(value)) return outputOf(value)
  if (Array.isArray(value)) return value.map((item) => resolve(item, outputOf))
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, outputOf)]))
}
