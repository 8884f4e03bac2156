/** What a killed experiment must show beside one that nobody killed: no paid call again, and the same numbers. */
import { Effect, Schema } from "effect"
import { ReportResult } from "../../src/domain/Results.ts"
import { ArtifactRef, ArtifactStore, Home } from "../../src/index.ts"
import type { JournaledCall } from "../../src/index.ts"
import { repetitionsOf } from "./repetitions.ts"
import type { KeptRequest } from "./signatures.ts"
import type { Trial } from "./Trial.ts"

export interface Findings {
  /** Kinds of the calls in flight at kills. */
  readonly lost: ReadonlyArray<string>
  /** See `Repetitions`. */
  readonly repeated: number
  readonly replayed: number
  readonly differences: ReadonlyArray<string>
}

export const findingsOf = Effect.fn("findingsOf")(function* (trial: Trial, reference: Trial) {
  const { repeated, replayed, problems } = repetitionsOf(trial)
  const { calls, lost } = trial.view
  const findings: Findings = {
    lost: lost.map(({ key }) => kindOf(calls.get(key))),
    repeated,
    replayed,
    differences: [
      ...ending(trial),
      ...trial.problems,
      ...problems,
      ...interruptions(trial),
      ...difference("the calls", keysOf(trial), keysOf(reference)),
      ...difference("the report", comparable(trial.report), comparable(reference.report)),
      ...difference("the steps", outputsOf(trial), outputsOf(reference)),
      ...difference("the report's data", yield* reportData(trial), yield* reportData(reference)),
      ...(yield* unreadable(trial)),
    ],
  }
  return findings
})

const ending = ({ ended, view }: Trial) => [
  ...(ended.code === 0 ? [] : [`the last run ended with ${ended.code}: ${ended.output}`]),
  ...view.steps.filter(({ state }) => state !== "done").map(({ id, state }) => `${id} is ${state}`),
]

const kindOf = (call: JournaledCall | undefined) => {
  if (call?.kind !== "train") return call?.kind ?? "unknown"
  const { save, forward } = call.request as KeptRequest
  return save !== undefined ? "save" : forward !== undefined ? "forward" : "step"
}

/** A key names the whole history of the weights that it asks: equal keys, equal experiments. */
const keysOf = ({ view }: Trial) => Object.fromEntries([...view.calls.keys()].map((key) => [key, true]))

/** What was lost is what the kills left, was made up for, and is what the report tells. */
const interruptions = ({ view, kills, report }: Trial) => {
  const { lost } = view
  const left = kills.at(-1)?.lost.length ?? 0
  const told = (report as { readonly interrupted?: unknown } | undefined)?.interrupted
  const known = { calls: lost.length, sentAgain: lost.filter(({ sentAgain }) => sentAgain > 0).length }
  return [
    ...(lost.length === left ? [] : [`${lost.length} calls count as lost, and the kills left ${left}`]),
    ...lost
      .filter(({ key, sentAgain }) => sentAgain === 0 || !view.calls.has(key))
      .map(({ key }) => `the lost call ${key} was never made again`),
    ...difference("what was interrupted", told, known),
  ]
}

/** Outputs by step. That of the report names its numbers, with times among them: they are compared by themselves. */
const outputsOf = ({ view }: Trial) =>
  comparable(Object.fromEntries([...view.outputs].filter(([, output]) => !Schema.is(ReportResult)(output))))

/** Without what differs from run to run: times, and saved states, which name places on the trainer. */
const comparable = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(comparable)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value).flatMap(([name, inner]) => (differing.has(name) ? [] : [[name, comparable(inner)]])),
        )
      : value

const differing = new Set(["seconds", "interrupted", "state"])

/** Where two JSON values differ, by path; the first few. */
export const difference = (path: string, one: unknown, other: unknown): ReadonlyArray<string> => {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return Object.is(one, other) ? [] : [`${path}: ${show(one)} instead of ${show(other)}`]
  const fields = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...fields]
    .flatMap((field) => difference(`${path}.${field}`, Reflect.get(one, field), Reflect.get(other, field)))
    .slice(0, 5)
}

const show = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 200)

/** Artifacts that the outputs name and that can't be read whole. */
const unreadable = ({ home, view }: Trial) =>
  Effect.gen(function* () {
    const store = yield* ArtifactStore
    const found = refsIn([...view.outputs.values()])
    const results = yield* Effect.forEach(found, (ref) => Effect.option(Effect.flip(store.get(ref))))
    return results.flatMap((result) => (result._tag === "Some" ? [result.value.message] : []))
  }).pipe(Effect.provide(ArtifactStore.layer(Home.paths(home).artifacts)))

/** What the `Report` step made, samples of conversations included. */
const reportData = ({ home, view }: Trial) =>
  Effect.gen(function* () {
    const store = yield* ArtifactStore
    const ref = [...view.outputs.values()].find(Schema.is(ReportResult))?.data
    if (ref === undefined) return undefined
    const bytes = yield* Effect.option(store.get(ref))
    return bytes._tag === "None" ? undefined : comparable(JSON.parse(Buffer.from(bytes.value).toString("utf8")))
  }).pipe(Effect.provide(ArtifactStore.layer(Home.paths(home).artifacts)))

const refsIn = (value: unknown): ReadonlyArray<ArtifactRef> => {
  if (typeof value !== "object" || value === null) return []
  if (Schema.is(ArtifactRef)(value)) return [value]
  return Object.values(value).flatMap(refsIn)
}
