/**
 * Lets steps be done anew whose artifacts are lost: deleted, cut short, or moved aside because they were damaged. The
 * journal answers their calls, so that doing them anew costs time and no money.
 */
import { Effect, Option, Predicate, Schema } from "effect"
import { ArtifactRef } from "../domain/Artifact.ts"
import { isLoss } from "../journal/ArtifactErrors.ts"
import { ArtifactStore, isThere } from "../journal/ArtifactStore.ts"
import { StepLedger } from "../journal/StepLedger.ts"
import type { LedgerEntry } from "../journal/StepLedger.ts"
import { reopen } from "./reopen.ts"

export interface Lost {
  readonly id: string
  /** Of one artifact that it made, where it is done; undefined where it failed for want of one of its own or another's. */
  readonly path: string | undefined
}

/** Of the steps given, those that were reopened. The caller holds the home's lock. */
export const reopenLost = Effect.fn("reopenLost")(function* (ids: Iterable<string>) {
  const lost = yield* findLost(ids)
  yield* reopen(
    lost.map(({ id }) => id),
    { anew: true },
  )
  return lost
})

/** Of the steps given, those that a run would reopen. Changes nothing. */
export const findLost = Effect.fn("findLost")(function* (ids: Iterable<string>) {
  const ledger = yield* StepLedger
  const store = yield* ArtifactStore
  const lost: Array<Lost> = []
  for (const id of ids) {
    const entry = Option.getOrUndefined(yield* ledger.find(id))
    if (entry === undefined) continue
    if (failedOfLoss(entry)) lost.push({ id, path: undefined })
    if (entry.state !== "done" || entry.output === null) continue
    const refs = refsIn(JSON.parse(entry.output))
    const missing = yield* Effect.findFirst(refs, (ref) => Effect.negate(isThere(store, ref)))
    if (Option.isSome(missing)) lost.push({ id, path: store.path(missing.value) })
  }
  return lost
})

/** What its finished shards gave may name the lost artifact too, so it can't go on from them. */
const failedOfLoss = ({ state, reason }: LedgerEntry) => state === "suspended" && reason !== null && isLoss(reason)

const isRef = Schema.is(ArtifactRef)

/** Every artifact that an encoded output names. */
const refsIn = (value: unknown): ReadonlyArray<ArtifactRef> => {
  if (isRef(value)) return [value]
  return Predicate.isRecord(value) || Array.isArray(value) ? Object.values(value).flatMap(refsIn) : []
}
