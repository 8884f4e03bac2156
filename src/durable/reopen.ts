/** Lets steps be run again that the ledger has as suspended or done: what `retry` does before it runs them. */
import { Effect, Option } from "effect"
import { StepLedger } from "../journal/StepLedger.ts"

/**
 * Forgets deaths. With `anew` nothing that the engine has of the steps is used again, so that all their shards run;
 * calls that the journal answers cost nothing. Steps that the ledger doesn't have are left alone.
 */
export const reopen = Effect.fn("reopen")(function* (ids: Iterable<string>, options: { readonly anew: boolean }) {
  const ledger = yield* StepLedger
  for (const id of ids) {
    const entry = Option.getOrUndefined(yield* ledger.find(id))
    if (entry === undefined) continue
    const again = options.anew
      ? ({
          state: "suspended",
          output: null,
          attempt: entry.attempt + 1,
          reason: "Asked to be done anew.",
          advice: "",
        } as const)
      : {}
    yield* ledger.record({ ...entry, starts: 0, ...again })
  }
})
