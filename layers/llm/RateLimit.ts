/**
 * Requests and tokens per minute (the generic cell rate algorithm: each request books the next free moment and sleeps
 * until it, so waiters never wake each other). A second's worth may go at once.
 */
import { Clock, Effect } from "effect"

export interface RateLimit {
  /** Waits for the turn of a request of so many tokens at worst. */
  readonly take: (tokens: number) => Effect.Effect<void>
  /** Gives tokens back that were booked and not used; negative books more. */
  readonly giveBack: (tokens: number) => Effect.Effect<void>
  /** Holds every later request back: what a Retry-After asks for. */
  readonly pause: (millis: number) => Effect.Effect<void>
}

export interface RateLimitOptions {
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
}

export const makeRateLimit = ({ requestsPerMinute, tokensPerMinute }: RateLimitOptions): RateLimit => {
  const perRequest = requestsPerMinute === undefined ? 0 : minute / requestsPerMinute
  const perToken = tokensPerMinute === undefined ? 0 : minute / tokensPerMinute
  // The moments at which all that is booked so far has been worked off.
  let requestsAt = 0
  let tokensAt = 0
  let pausedUntil = 0
  const after = (at: number, now: number) => Math.max(at, now - burst)

  return {
    take: (tokens) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const wait = Math.max(requestsAt - now, tokensAt - now, pausedUntil - now)
        if (perRequest > 0) requestsAt = after(requestsAt, now) + perRequest
        if (perToken > 0) tokensAt = after(tokensAt, now) + tokens * perToken
        if (wait <= 0) return Effect.void
        return Effect.onInterrupt(Effect.sleep(wait), () =>
          Effect.sync(() => {
            requestsAt -= perRequest
            tokensAt -= tokens * perToken
          }),
        )
      }),
    giveBack: (tokens) =>
      Effect.sync(() => {
        tokensAt -= tokens * perToken
      }),
    pause: (millis) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        pausedUntil = Math.max(pausedUntil, now + millis)
      }),
  }
}

const minute = 60_000
const burst = 1000
