/**
 * A clock on which waiting takes no time: it jumps to the next moment that somebody sleeps until whenever nothing else
 * has happened for a while. So hours of an outage pass in milliseconds, in their order.
 */
import { Clock, Duration, Effect } from "effect"

export interface VirtualClock {
  readonly clock: Clock.Clock
  /** Milliseconds since it began. */
  readonly now: () => number
  /** Something happens: it stands still for a little longer. */
  readonly busy: () => void
}

/** Milliseconds without anything happening before it jumps: a request on this machine and back takes fewer. */
const quiet = 25

export const makeVirtualClock = (): VirtualClock => {
  const sleepers = new Set<Sleeper>()
  let millis = 0
  let timer: NodeJS.Timeout | undefined

  const jump = () => {
    timer = undefined
    const next = Math.min(...[...sleepers].map(({ until }) => until))
    if (next === Infinity) return
    millis = Math.max(millis, next)
    for (const sleeper of sleepers) {
      if (sleeper.until > millis) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
    if (sleepers.size > 0) busy()
  }
  const busy = () => {
    clearTimeout(timer)
    timer = setTimeout(jump, quiet)
  }

  const nanos = () => BigInt(Math.floor(epoch + millis)) * 1_000_000n
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => epoch + millis,
    currentTimeMillis: Effect.sync(() => epoch + millis),
    unsafeCurrentTimeNanos: nanos,
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const sleeper = { until: millis + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        sleepers.add(sleeper)
        busy()
        return Effect.sync(() => void sleepers.delete(sleeper))
      }),
  }
  return { clock, now: () => millis, busy }
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** In milliseconds since 1970. */
const epoch = Date.UTC(2026, 0, 1)
