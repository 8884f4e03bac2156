/** What an id on the command line stands for: a step, a model call of the journal or an artifact, whole or by its start. */
import { Effect, Schema } from "effect"
import { ArtifactRef } from "../src/domain/Artifact.ts"
import { ArtifactStore, CallJournal, Home, StepLedger } from "../src/index.ts"
import { listRunRecords } from "./RunRecord.ts"
import type { RecordedStep } from "./RunRecord.ts"

export type Thing =
  | {
      readonly type: "step"
      readonly id: string
      /** As the last run that had it recorded it. */
      readonly recorded: RecordedStep | undefined
      readonly experiments: ReadonlyArray<string>
    }
  | { readonly type: "call"; readonly id: string }
  | { readonly type: "artifact"; readonly id: string; readonly ref: ArtifactRef }

/** The home has nothing of this id, or too much. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  home: Schema.String,
  id: Schema.String,
  candidates: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    const where = `in ${this.home}`
    if (this.candidates.length === 0) {
      return `No step, call or artifact ${where} begins with "${this.id}". \`understudy status\` and \`understudy steps\` tell what is there.`
    }
    return `"${this.id}" could be any of these ${where}: ${this.candidates.join(", ")}. Give more of it.`
  }
}

/** A step by `Stage/v1-hash`, `Stage` or `hash`; a call by its key; an artifact by its SHA-256. Each may be cut short. */
export const findThing = Effect.fn("findThing")(function* (id: string) {
  const things = [...(yield* stepsLike(id)), ...(hex.test(id) ? yield* contentLike(id) : [])]
  const exact = things.find((thing) => thing.id === id)
  const [first, second] = exact === undefined ? things : [exact]
  if (first !== undefined && second === undefined) return first
  const { folder } = yield* Home.Home
  const candidates = things.slice(0, mostShown).map((thing) => `${thing.type} ${thing.id}`)
  return yield* NotFound.make({
    home: folder,
    id,
    candidates: things.length > mostShown ? [...candidates, "and others"] : candidates,
  })
})

const hex = /^[0-9a-f]{2,64}$/
const mostShown = 10

const stepsLike = Effect.fnUntraced(function* (id: string) {
  const ledger = yield* StepLedger
  const records = yield* listRunRecords
  const known = new Set([
    ...(yield* ledger.list).map((entry) => entry.id),
    ...records.flatMap(({ steps }) => steps.map((step) => step.id)),
  ])
  return [...known]
    .filter((step) => step.startsWith(id) || step.slice(step.lastIndexOf("-") + 1).startsWith(id))
    .map((step): Thing => {
      const having = records.flatMap(({ experiment, steps }) =>
        steps.filter((one) => one.id === step).map((recorded) => ({ experiment, recorded })),
      )
      return {
        type: "step",
        id: step,
        recorded: having[0]?.recorded,
        experiments: having.map(({ experiment }) => experiment),
      }
    })
})

const contentLike = Effect.fnUntraced(function* (prefix: string) {
  const journal = yield* CallJournal
  const store = yield* ArtifactStore
  const keys = yield* journal.keysLike(prefix, mostShown + 1)
  const refs = yield* store.like(prefix)
  return [
    ...keys.map((id): Thing => ({ type: "call", id })),
    ...refs.map((ref): Thing => ({ type: "artifact", id: ref.sha256, ref })),
  ]
})

/** Every artifact that a value names, by its path in it, such as `curve[0].transcripts`. */
export const artifactsIn = (
  value: unknown,
  path = "",
): ReadonlyArray<{ readonly path: string; readonly ref: ArtifactRef }> => {
  if (isRef(value)) return [{ path, ref: value }]
  if (Array.isArray(value)) return value.flatMap((item, i) => artifactsIn(item, `${path}[${i}]`))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => artifactsIn(item, path === "" ? key : `${path}.${key}`))
}

const isRef = Schema.is(ArtifactRef)
