/**
 * Runs the steps of a study again from a home's journal alone and compares what they give with what the ledger has.
 * Each step gets the outputs that it had then, so that a difference shows where it arises and nowhere else.
 */
import { Effect, Option, Schema } from "effect"
import { ArtifactRef } from "../src/domain/Artifact.ts"
import { ArtifactStore, Driver, runDirectly, StepLedger } from "../src/index.ts"
import type { Graph } from "../src/index.ts"
import { differences } from "./differences.ts"
import type { Difference } from "./differences.ts"
import { noTokenizer } from "./replayServices.ts"
import { standingsOf } from "./Study.ts"
import type { Study } from "./Study.ts"

export interface ReplayedStep {
  readonly id: string
  /** `not-done`: the ledger has nothing to compare with. `as-recorded`: it needs a tokenizer that isn't installed. */
  readonly state: "reproduced" | "differs" | "failed" | "not-done" | "as-recorded"
  /** Where the output differs, artifacts opened: `before` is the ledger's. */
  readonly differences: ReadonlyArray<Difference>
  /** Why it could not be replayed; null otherwise. */
  readonly reason: string | null
}

/** Needs the services of `replayLayer`. */
export const replayStudy = Effect.fn("replayStudy")(function* <R>(
  { graph }: Study,
  onStep: (done: number, id: string) => Effect.Effect<void>,
) {
  const ledger = yield* StepLedger
  const standings = yield* standingsOf(graph.nodes)
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  const outputs = new Map<string, unknown>()
  for (const { id, step } of graph.nodes) {
    const text = standings.get(id) === "done" ? entries.get(id)?.output : undefined
    if (text !== undefined && text !== null) {
      outputs.set(id, Schema.decodeUnknownSync(step.stage.output)(JSON.parse(text)))
    }
  }
  const one = Effect.fnUntraced(function* ({ id, step }: Graph.Node) {
    const entry = entries.get(id)
    if (!outputs.has(id) || entry === undefined) return { ...nothing, id, state: "not-done" } satisfies ReplayedStep
    const input = Driver.resolve(step.input, (above) => outputs.get(graph.ids.get(above) ?? ""))
    const found = yield* Effect.either(runDirectly<R>(step.stage, { id, input, attempt: entry.attempt }))
    if (found._tag === "Left") {
      const { reason } = found.left
      const state = reason.includes(noTokenizer) ? "as-recorded" : "failed"
      return { ...nothing, id, state, reason } satisfies ReplayedStep
    }
    const then = lasting(JSON.parse(entry.output ?? "null"))
    const now = lasting(JSON.parse(JSON.stringify(found.right)))
    const unlike = differences(...(yield* opened(then, now)))
    return {
      id,
      state: unlike.length === 0 ? "reproduced" : "differs",
      differences: unlike,
      reason: null,
    } satisfies ReplayedStep
  })
  return yield* Effect.forEach(graph.nodes, (node, index) => Effect.zipRight(onStep(index, node.id), one(node)))
})

const nothing = { differences: [], reason: null }

/**
 * An output without what a replay can't have: how long things took, which is the machine's, by how much training came
 * out differently after an interruption, which is that run's, and what calls came to, which is the config's. They are
 * told of, and nothing is computed from them but their own display.
 */
const lasting = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lasting)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "seconds" && key !== "drift" && key !== "usage")
      .map(([key, item]) => [key, lasting(item)]),
  )
}

/** Both values, with artifacts that differ replaced by what is in them, so that the difference can be named. */
const opened = (then: unknown, now: unknown): Effect.Effect<readonly [unknown, unknown], never, ArtifactStore> =>
  Effect.gen(function* () {
    if (isRef(then) && isRef(now)) {
      if (then.sha256 === now.sha256) return [then, now]
      const contents = Option.all([yield* contentOf(then), yield* contentOf(now)])
      return Option.getOrElse(contents, () => [then, now])
    }
    if (!isObject(then) || !isObject(now)) return [then, now]
    const keys = Object.keys(then).filter((key) => Object.hasOwn(now, key))
    const inside = yield* Effect.forEach(keys, (key) => opened(then[key], now[key]))
    const replaced = (value: Fields, side: 0 | 1) => {
      const copy: Record<string, unknown> = Array.isArray(value) ? Object.assign([], value) : { ...value }
      for (const [i, key] of keys.entries()) copy[key] = inside[i]?.[side]
      return copy
    }
    return [replaced(then, 0), replaced(now, 1)]
  })

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null
const isRef = Schema.is(ArtifactRef)

/** JSON or JSON lines; none for other content and for what isn't there. */
const contentOf = (ref: ArtifactRef) =>
  Effect.flatMap(ArtifactStore, (store) => store.get(ref)).pipe(
    Effect.map((bytes) => Buffer.from(bytes).toString("utf8")),
    Effect.option,
    Effect.map(
      Option.flatMap((text) => Option.orElse(decodeJson(text), () => decodeLines(text.trimEnd().split("\n")))),
    ),
  )

const decodeJson = Schema.decodeUnknownOption(Schema.parseJson())
const decodeLines = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson()))
