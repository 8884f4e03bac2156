/** Which steps `retry` runs again, and with what consequences. */
import { Effect, Schema } from "effect"
import { reopen, StepLedger } from "../src/index.ts"
import type { Graph, LedgerEntry } from "../src/index.ts"

export interface RetryOptions {
  /** Ids, or beginnings of ids; none: every step that needs it. */
  readonly ids: ReadonlyArray<string>
  /** Asks again for what the infrastructure failed in steps that went on without it. */
  readonly failures: boolean
}

/** An id that is no step of the experiment, or the beginning of several. */
export class UnknownStep extends Schema.TaggedError<UnknownStep>()("UnknownStep", {
  id: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.id}: ${this.detail}`
  }
}

/**
 * Reopens the steps in the ledger, and gives them with everything that depends on them. The caller holds the home.
 *
 * Without `failures` a suspended step goes on: shards that have their result keep it. With it a step is done anew, in
 * full: its answers come from the journal, but for those that failed and those that were of no use, which are asked
 * again. A step that is named and done is done anew as well. In training a rollout that is there now changes the batch, and with it everything that was learned after.
 */
export const retrySteps = Effect.fn("retrySteps")(function* (
  graph: Graph.Graph,
  { ids, failures }: RetryOptions,
  say: (line: string) => Effect.Effect<void>,
) {
  const ledger = yield* StepLedger
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  const named = yield* Effect.forEach(ids, (id) => find(graph, id))
  const asked = ids.length === 0 ? graph.nodes.map(({ id }) => id) : named
  const isSuspended = (id: string) => entries.get(id)?.state === "suspended"
  const isFailed = (id: string) => failedRollouts(entries.get(id)) > 0 || isOfData(entries.get(id))
  const failed = asked.filter(
    (id) => (failures && isFailed(id)) || (ids.length > 0 && entries.get(id)?.state === "done"),
  )
  const resumed = asked.filter((id) => isSuspended(id) && !failed.includes(id))
  yield* reopen(failed, { anew: true })
  yield* reopen(resumed, { anew: false })

  for (const id of failed) {
    const count = failedRollouts(entries.get(id))
    yield* say(
      `${id}: ${count === 0 ? "is done anew" : `${count} failed rollout${count === 1 ? " is" : "s are"} asked again`}` +
        (id.startsWith("TrainAssistant/") ? "; training goes on anew from there, and what depends on it" : ""),
    )
  }
  for (const id of resumed) yield* say(`${id}: goes on`)
  if (failed.length + resumed.length === 0) {
    yield* say(failures ? "No step is suspended or has failed rollouts." : "No step is suspended.")
  }
  return withDependents(graph, [...failed, ...resumed])
})

/** Rollouts without a verdict that a step went on without, by what its output says of them. */
export const failedRollouts = (entry: LedgerEntry | undefined): number =>
  entry === undefined || entry.output === null ? 0 : count(JSON.parse(entry.output))

const count = (value: unknown): number => {
  if (isFailure(value)) return value.by === "infrastructure" ? value.count : 0
  if (typeof value !== "object" || value === null) return 0
  return Object.values(value).reduce((sum: number, inner: unknown) => sum + count(inner), 0)
}

const isFailure = Schema.is(Schema.Struct({ by: Schema.String, reason: Schema.String, count: Schema.Number }))

/** Suspended because too much of its data failed: shards below the limit hold failures too. */
const isOfData = (entry: LedgerEntry | undefined) => entry?.state === "suspended" && entry.kind === "data"

const find = (graph: Graph.Graph, id: string) => {
  const found = graph.nodes.filter((node) => node.id.startsWith(id)).map((node) => node.id)
  if (found.length === 1 && found[0] !== undefined) return Effect.succeed(found[0])
  const detail =
    found.length === 0
      ? "the experiment has no such step. `understudy plan` lists them."
      : `it stands for ${found.join(", ")}. Give more of it.`
  return Effect.fail(UnknownStep.make({ id, detail }))
}

const withDependents = ({ nodes }: Graph.Graph, ids: ReadonlyArray<string>): ReadonlySet<string> => {
  const found = new Set(ids)
  for (const { id, upstream } of nodes) if (upstream.some((one) => found.has(one))) found.add(id)
  return found
}
