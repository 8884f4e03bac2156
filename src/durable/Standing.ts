/**
 * Whether what the ledger has of a step still holds: a step stays done only while the outputs that it consumed are
 * those that its upstream steps have now. `run` and `plan` both ask here, so that they never disagree.
 */
import { contentHash } from "../domain/CanonicalJson.ts"
import type { LedgerEntry } from "../journal/StepLedger.ts"
import { sourceChanged } from "./Source.ts"

/** A step and the steps that it takes outputs from, in the order of its inputs. */
export interface Placed {
  readonly id: string
  readonly upstream: ReadonlyArray<string>
  /** Of the stage's body as it is now: see `Source`. Default null: the version alone counts. */
  readonly source?: string | null
}

export type DoneEntry = LedgerEntry & { readonly state: "done"; readonly output: string }

/** `running` is what the ledger says: after a crash nothing runs, and the step is to be run. */
export type Standing = LedgerEntry["state"] | "to-run"

/** Of an output as the ledger keeps it: encoded, as JSON. */
export const outputHash = (output: string): string => contentHash(JSON.parse(output))

/** What a step consumes, from the hashes of its upstream outputs. */
export const consumedHash = (upstream: ReadonlyArray<string>): string => contentHash(upstream)

export const isDone = (
  entry: LedgerEntry | undefined,
  consumed: string,
  source: string | null = null,
): entry is DoneEntry =>
  entry?.state === "done" && entry.output !== null && entry.consumed === consumed && !sourceChanged(entry, source)

/** How every step stands; `steps` has upstream before downstream. */
export const standings = (
  steps: ReadonlyArray<Placed>,
  entryOf: (id: string) => LedgerEntry | undefined,
): ReadonlyMap<string, Standing> => {
  const hashes = new Map<string, string>()
  return new Map(
    steps.map(({ id, upstream, source = null }): readonly [string, Standing] => {
      const above = upstream.map((one) => hashes.get(one))
      const entry = entryOf(id)
      if (entry === undefined || !above.every((hash) => hash !== undefined)) return [id, "to-run"]
      const consumed = consumedHash(above)
      if (isDone(entry, consumed, source)) hashes.set(id, outputHash(entry.output))
      return [id, entry.consumed === consumed && !sourceChanged(entry, source) ? entry.state : "to-run"]
    }),
  )
}
