/**
 * Walks the graph: a step starts when everything upstream is done; independent steps go on when one is suspended.
 * A step that the ledger has as done, with the same consumed outputs, is not started at all: the engine database is a
 * cache. A step whose stage changed its body under its version is done anew.
 */
import { Deferred, Effect, Layer, Schema } from "effect"
import { engineFailures } from "./EngineFailed.ts"
import * as Execution from "./Execution.ts"
import * as Graph from "./Graph.ts"
import type { Node } from "./Graph.ts"
import { sourceHash } from "./Source.ts"
import type { SourceOf } from "./Source.ts"
import type { AnyStage } from "./Stage.ts"
import { InvalidExperiment } from "./StageErrors.ts"
import type { StageFailure } from "./StageFailure.ts"
import { consumedHash, outputHash } from "./Standing.ts"
import { isStep } from "./Step.ts"
import type { AnyStep } from "./Step.ts"
import * as StepRun from "./StepRun.ts"

export type Outcome =
  | { readonly _tag: "Done"; readonly output: unknown }
  | { readonly _tag: "Suspended"; readonly failures: ReadonlyArray<StageFailure> }
  /** Something upstream is not done. */
  | { readonly _tag: "Blocked"; readonly by: ReadonlyArray<string> }
  /** Not asked for. */
  | { readonly _tag: "Left" }

export interface DriverOptions {
  /** Steps under way at once. */
  readonly concurrency: number
  /** Between two looks at a step whose stage's body has ended, or has not begun yet. */
  readonly pollMillis: number
  /** Further bounds: of these steps, so many at once. */
  readonly bounds?: ReadonlyArray<{ readonly steps: ReadonlySet<string>; readonly atOnce: number }>
  /** Starts only these; what else is done serves as their input. Default: all. */
  readonly only?: ReadonlySet<string>
  /** What stands for a stage's body beside its version. Default: the text of its `run`. */
  readonly sourceOf?: SourceOf
  /** Deaths of the process without a finished shard in between before a step is suspended. Default 20. */
  readonly maxDeaths?: number
  /** A step is started, and not answered from the ledger. */
  readonly onStart?: (id: string) => Effect.Effect<void>
  readonly onOutcome?: (id: string, outcome: Outcome) => Effect.Effect<void>
}

/** Runs every step of the graph and tells each one's outcome, by id. */
export const run = Effect.fn("Driver.run")(function* (graph: Graph.Graph, options: DriverOptions) {
  const { sourceOf = sourceHash } = options
  const inputs = new Map<string, unknown>()
  const stages = yield* executions(graph)
  const steps = yield* StepRun.make({
    pollMillis: options.pollMillis,
    maxDeaths: options.maxDeaths ?? 20,
    inputs,
    parked: new Set(),
    onStart: options.onStart ?? (() => Effect.void),
  })
  const bounds = yield* Effect.forEach(
    [...(options.bounds ?? []), { steps: undefined, atOnce: options.concurrency }],
    ({ steps, atOnce }) => Effect.map(Effect.makeSemaphore(atOnce), (semaphore) => ({ steps, semaphore })),
  )
  const bounded =
    (id: string) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      bounds.reduceRight(
        (inner, { steps, semaphore }) => (steps?.has(id) === false ? inner : semaphore.withPermits(1)(inner)),
        effect,
      )

  const outcomes = new Map<string, Deferred.Deferred<Outcome, never>>()
  for (const { id } of graph.nodes) outcomes.set(id, yield* Deferred.make<Outcome>())
  const deferred = (id: string) => {
    const found = outcomes.get(id)
    return found === undefined ? Effect.dieMessage(`${id} is not in its own graph`) : Effect.succeed(found)
  }
  const readers = graph.nodes.filter(onlyReads).map(({ id }) => id)
  const unreadable = Effect.filter(readers, (id) =>
    Effect.map(Effect.flatMap(deferred(id), Deferred.await), ({ _tag }) => _tag === "Suspended"),
  )
  /** Of the outputs of the steps that are done. */
  const hashes = new Map<string, string>()

  const one = Effect.fnUntraced(function* ({ id, step, upstream }: Node) {
    const above = new Map<string, unknown>()
    const blocked: Array<string> = []
    for (const id of upstream) {
      const outcome = yield* Effect.flatMap(deferred(id), Deferred.await)
      if (outcome._tag === "Done") above.set(id, outcome.output)
      else blocked.push(id)
    }
    if (blocked.length > 0) return { _tag: "Blocked", by: blocked } satisfies Outcome
    const { stage } = step
    const starting = {
      id,
      stage: stage.name,
      execution: stages.get(nameOf(stage))?.execution ?? Execution.make(stage),
      consumed: consumedHash(upstream.map((one) => hashes.get(one) ?? "")),
      source: sourceOf(stage),
      input: resolve(step.input, (upstream) => above.get(graph.ids.get(upstream) ?? "")),
    }
    const known = yield* steps.known(starting)
    if (known === undefined && options.only?.has(id) === false) return { _tag: "Left" } satisfies Outcome
    if (known === undefined && !readers.includes(id)) {
      const by = yield* unreadable
      if (by.length > 0) return { _tag: "Blocked", by } satisfies Outcome
    }
    const result = known ?? (yield* bounded(id)(steps.run(starting)))
    if (result._tag === "Suspended") return result
    hashes.set(id, outputHash(JSON.stringify(result.output)))
    return { _tag: "Done", output: Schema.decodeUnknownSync(stage.output)(result.output) } satisfies Outcome
  })

  const walk = Effect.forEach(
    graph.nodes,
    (node) =>
      Effect.gen(function* () {
        const outcome: Outcome = yield* one(node)
        yield* options.onOutcome?.(node.id, outcome) ?? Effect.void
        yield* Effect.flatMap(deferred(node.id), (settled) => Deferred.succeed(settled, outcome))
        return [node.id, outcome] as const
      }),
    { concurrency: "unbounded" },
  )
  const registry = Layer.mergeAll(
    Layer.empty,
    ...[...stages.values()].map(({ execution, stage }) => Execution.layer(stage, execution, steps.host)),
  )
  return new Map(yield* engineFailures(Effect.provide(walk, registry)))
})

/**
 * Steps that read files of the user's and spend nothing go before all others, and where one of them can't, nothing else
 * starts: a bad file costs nothing.
 */
const onlyReads = ({ step, upstream }: Node) =>
  upstream.length === 0 &&
  Graph.files([step]).length > 0 &&
  // Built by this very stage, whose schema checked it.
  step.stage.estimate(step.input as never, () => 0).demands.length === 0

/** One execution for each stage; two stages can't go by one name. */
const executions = (graph: Graph.Graph) =>
  Effect.gen(function* () {
    const found = new Map<string, { readonly execution: Execution.Execution; readonly stage: AnyStage }>()
    for (const { step } of graph.nodes) {
      const { stage } = step
      const known = found.get(nameOf(stage))
      if (known === undefined) found.set(nameOf(stage), { execution: Execution.make(stage), stage })
      else if (sourceHash(known.stage) !== sourceHash(stage)) {
        const detail = `two stages with different bodies are named ${nameOf(stage)}. Rename one, or raise its version.`
        return yield* Effect.fail(new InvalidExperiment({ where: "the experiment", detail }))
      }
    }
    return found
  })

const nameOf = ({ name, version }: AnyStage) => `${name}/v${version}`

/** An input as the body sees it: every step replaced by its output. */
export const resolve = (value: unknown, outputOf: (step: AnyStep) => unknown): unknown => {
  if (isStep(value)) return outputOf(value)
  if (Array.isArray(value)) return value.map((item) => resolve(item, outputOf))
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, outputOf)]))
}
