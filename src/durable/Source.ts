/**
 * Whether a stage's body is still the one that a step was done with (contract 6). Stages of this package are governed by
 * their version alone; a user's own stage is known by the text of its `run`, since its author may forget the version.
 * What `run` calls is not looked into.
 */
import { sha256Hex } from "../domain/CanonicalJson.ts"
import type { LedgerEntry } from "../journal/StepLedger.ts"
import type { AnyStage } from "./Stage.ts"

/** Null where the version alone stands for the body. */
export type SourceOf = (stage: AnyStage) => string | null

/** Of the body as it runs: types, comments and layout are gone. */
export const sourceHash: SourceOf = (stage) => sha256Hex(stage.body ?? stage.run.toString())

/** `versioned` are the stages whose version is raised with every change of results. */
export const sourceUnless =
  (versioned: ReadonlySet<AnyStage>): SourceOf =>
  (stage) =>
    versioned.has(stage) ? null : sourceHash(stage)

/** The step was begun or done with another body. What a ledger doesn't know, such as an older one, counts as equal. */
export const sourceChanged = (entry: Pick<LedgerEntry, "source"> | undefined, source: string | null): boolean =>
  source !== null && entry !== undefined && entry.source !== null && entry.source !== source
