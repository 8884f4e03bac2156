/** The engine's own database, when it can't be written or read in the middle of a run. */
import { ClusterError } from "@effect/cluster"
import { SqlError } from "@effect/sql"
import { Effect, Option, Schema } from "effect"
import { causeOf, codeOf } from "../journal/Database.ts"

/** Nothing is lost by it: what counts is in the journal and the ledger. */
export class EngineFailed extends Schema.TaggedError<EngineFailed>()("EngineFailed", {
  code: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    const advice = this.code === "SQLITE_FULL" ? "Free some space" : "Check the disk"
    return `The engine's database can't be used any more (${this.detail}). ${advice} and run the same command again: it goes on from what was kept.`
  }
}

/** The engine dies of what its database says, deep inside; here it is told as what it is. */
export const engineFailures = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | EngineFailed, R> =>
  Effect.catchSomeDefect(effect, (defect) =>
    isEngineFailure(defect)
      ? Option.some(Effect.fail(EngineFailed.make({ code: codeOf(causeIn(defect)), detail: causeOf(causeIn(defect)) })))
      : Option.none(),
  )

export const isEngineFailure = (defect: unknown): defect is Error =>
  defect instanceof ClusterError.PersistenceError || defect instanceof SqlError.SqlError

const causeIn = (defect: Error): unknown => (defect instanceof ClusterError.PersistenceError ? defect.cause : defect)
