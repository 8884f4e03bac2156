/**
 * Keeps calls away from an endpoint that is down. While it is open, one probe goes through after each cool-down and the
 * others wait; an outage longer than the patience is told to all of them at once.
 */
import { Cause, Clock, Deferred, Duration, Effect, Exit, FiberId, Option } from "effect"
import { Unavailable } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"

export interface CircuitBreaker {
  readonly guard: <A, R>(effect: Effect.Effect<A, LlmError, R>) => Effect.Effect<A, LlmError, R>
  readonly state: Effect.Effect<"closed" | "open">
  /** Whether anything was ever heard from the endpoint. */
  readonly heard: () => boolean
  /** Whether this error says that the outage has outlasted the patience: then waiting is over. */
  readonly isFinal: (error: LlmError) => boolean
}

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. Default 8. */
  readonly threshold?: number
  /** Before the first probe; doubles up to `cooldownCap`. Default 1 second, and 1 minute. */
  readonly cooldown?: Duration.DurationInput
  readonly cooldownCap?: Duration.DurationInput
  /** Of an outage, from its first failure. */
  readonly patience: Duration.DurationInput
  /** The same while nothing was ever heard from the endpoint. Default `patience`. */
  readonly firstPatience?: Duration.DurationInput
}

export const makeCircuitBreaker = (options: CircuitBreakerOptions): CircuitBreaker => {
  const threshold = options.threshold ?? 8
  const cooldown = Duration.toMillis(options.cooldown ?? "1 second")
  const cooldownCap = Duration.toMillis(options.cooldownCap ?? "1 minute")
  const final = new WeakSet<LlmError>()
  let heard = false
  let failures = 0
  let downSince = 0
  let lastError: Unavailable | undefined
  let open: Open | undefined

  const patience = () => Duration.toMillis(heard ? options.patience : (options.firstPatience ?? options.patience))

  const giveUp = (since: number) => {
    const { endpoint = "the endpoint", model = "the model", detail = "no answer" } = lastError ?? {}
    const error = Unavailable.make({ endpoint, model, detail: `${detail} (for ${Duration.format(since)})` })
    final.add(error)
    return Effect.fail(error)
  }

  /** Succeeds with whether the caller is the probe. */
  const enter: Effect.Effect<boolean, Unavailable> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (open === undefined) return Effect.succeed(false)
    if (!open.probing && now >= open.until) {
      open.probing = true
      return Effect.succeed(true)
    }
    if (now - downSince >= patience()) return giveUp(now - downSince)
    const wait = open.probing ? open.pause : open.until - now
    return Effect.zipRight(Effect.raceFirst(Deferred.await(open.closed), Effect.sleep(wait)), enter)
  })

  /** Whether this failure opened it. */
  const failed = (error: Unavailable, probe: boolean, now: number): boolean => {
    lastError = error
    if (failures++ === 0) downSince = now
    if (open === undefined && failures >= threshold) {
      open = { probing: false, pause: cooldown, until: now + cooldown, closed: Deferred.unsafeMake(FiberId.none) }
      return true
    }
    if (open !== undefined && probe) {
      open.pause = Math.min(open.pause * 2, cooldownCap)
      open.until = now + open.pause
      open.probing = false
    }
    return false
  }

  const settle = (exit: Exit.Exit<unknown, LlmError>, probe: boolean, now: number): Effect.Effect<void> => {
    const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
    if (error?._tag === "Unavailable") {
      return Effect.suspend(() =>
        failed(error, probe, now)
          ? Effect.logWarning(`${error.message}. Waiting for it, ${Duration.format(patience())} at most.`)
          : Effect.void,
      )
    }
    if (Exit.isSuccess(exit) || (error !== undefined && signsOfLife.has(error._tag))) {
      const closing = open
      heard = true
      failures = 0
      open = undefined
      return closing === undefined
        ? Effect.void
        : Effect.zipRight(
            Effect.logInfo(`${lastError?.endpoint ?? "The endpoint"} answers again.`),
            Deferred.succeed(closing.closed, undefined),
          )
    }
    // The probe was not sent, or not waited for: the next one may try.
    if (open !== undefined && probe) open.probing = false
    return Effect.void
  }

  return {
    guard: (effect) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(enter), (probe) =>
          Effect.onExit(restore(effect), (exit) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => settle(exit, probe, now)),
          ),
        ),
      ),
    state: Effect.sync(() => (open === undefined ? "closed" : "open")),
    heard: () => heard,
    isFinal: (error) => final.has(error),
  }
}

interface Open {
  probing: boolean
  pause: number
  until: number
  readonly closed: Deferred.Deferred<void>
}

/** Errors that only an endpoint that works can give. */
const signsOfLife: ReadonlySet<string> = new Set([
  "RateLimited",
  "ContextOverflow",
  "Refused",
  "InvalidOutput",
  "Misconfigured",
])
