/** When a failed request is sent again, and after how long (contract 4). */
import { Duration, Schedule } from "effect"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"

export interface RetryPolicy {
  /** How long an outage is waited out, from a call's first failure on. */
  readonly patience: Duration.DurationInput
  /** The same for an endpoint that nothing was ever heard from: more likely a wrong URL than an outage. */
  readonly firstPatience: Duration.DurationInput
  /** Pauses double from `base` up to `cap`, each times 0.5 to 1.5. */
  readonly base: Duration.DurationInput
  readonly cap: Duration.DurationInput
  /** How often a request is repeated whose answer was not in the API's form. */
  readonly malformed: number
}

export const defaultRetryPolicy: RetryPolicy = {
  patience: "2 hours",
  firstPatience: "30 seconds",
  base: "500 millis",
  cap: "30 seconds",
  malformed: 2,
}

/**
 * Repeats transient failures until the patience ends, malformed answers a few times, and nothing else. A Retry-After is
 * waited out in full, and is the end where it lies beyond the patience. The jitter is drawn from the call's key.
 */
export const retrySchedule = (
  policy: RetryPolicy,
  key: string,
  options: {
    /** Patience as it is now. Default that of the policy. */
    readonly patience?: () => Duration.DurationInput
    /** Errors that end it at once. */
    readonly isFinal?: (error: LlmError) => boolean
  } = {},
): Schedule.Schedule<unknown, LlmError> =>
  Schedule.identity<LlmError>().pipe(
    Schedule.intersect(malformedSoFar),
    Schedule.intersect(Schedule.intersect(Schedule.forever, Schedule.elapsed)),
    Schedule.whileOutput(([[error, malformed], [, elapsed]]) => {
      if (error._tag === "InvalidOutput") return malformed < policy.malformed
      if (error.kind !== "transient" || options.isFinal?.(error) === true) return false
      const patience = options.patience?.() ?? policy.patience
      return Duration.toMillis(elapsed) + retryAfterMs(error) < Duration.toMillis(patience)
    }),
    Schedule.modifyDelay(([[error], [repeats]]) => pause(policy, key, error, repeats)),
  )

const malformedSoFar = Schedule.identity<LlmError>().pipe(
  Schedule.reduce(0, (count, { _tag }) => (_tag === "InvalidOutput" ? count + 1 : count)),
)

/** In milliseconds; 0 where the server did not say. */
export const retryAfterMs = (error: LlmError): number =>
  error._tag === "RateLimited" || error._tag === "Unavailable" ? (error.retryAfterMs ?? 0) : 0

const pause = ({ base, cap }: RetryPolicy, key: string, error: LlmError, repeats: number) => {
  const jitter = deriveSeed([key, "pause", repeats]) / 2 ** 31
  const doubled = Math.min(Duration.toMillis(base) * 2 ** Math.min(repeats, 30), Duration.toMillis(cap))
  const asked = retryAfterMs(error)
  // Those who were told the same moment must not all come back at it.
  const after = asked === 0 ? 0 : asked + jitter * Duration.toMillis(base)
  return Duration.millis(Math.max(after, doubled * (0.5 + jitter)))
}
