/** Failures of model calls that no repetition mends, as values of a conversation. */
import { Effect } from "effect"
import type { LlmError } from "../../src/domain/LlmError.ts"

export type Kept<A> =
  { readonly _tag: "Kept"; readonly value: A } | { readonly _tag: "Failed"; readonly error: LlmError }

/** Data failures as values; all others go on failing. */
export const keepingData = <A, R>(effect: Effect.Effect<A, LlmError, R>): Effect.Effect<Kept<A>, LlmError, R> =>
  effect.pipe(
    Effect.map((value): Kept<A> => ({ _tag: "Kept", value })),
    Effect.catchIf(
      (error) => error.kind === "data",
      (error) => Effect.succeed<Kept<A>>({ _tag: "Failed", error }),
    ),
  )

/** The kind of a failure as it is counted. */
export const reasonOf = (error: LlmError): string =>
  error._tag === "ContextOverflow"
    ? "context overflow"
    : error._tag === "Refused"
      ? "refused"
      : error._tag === "InvalidOutput"
        ? "invalid output"
        : error._tag
