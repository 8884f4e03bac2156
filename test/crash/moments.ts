/** Random moments for kills, from a seed. */
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"

/** So long after so many further requests: the same point of the work on a slow machine as on a fast one. */
export interface Trigger {
  readonly requests: number
  readonly millis: number
  /** Whether the trainer dies with this run. Default: as the moment says. */
  readonly trainerDies?: boolean
}

/**
 * When a run that nobody killed sent its requests, where that is known, and when it ended, in milliseconds after its
 * start.
 */
export interface Timeline {
  readonly requests: ReadonlyArray<number>
  readonly end: number
}

export interface Moment {
  /** Where in the uninterrupted run: milliseconds after its start. */
  readonly at: number
  /** When the first run is killed, then the one that resumes it, and so on. */
  readonly triggers: readonly [Trigger, ...Array<Trigger>]
  /** Whether the trainer dies with the run, as the embedded one does; a server elsewhere lives on. */
  readonly trainerDies: boolean
}

/** In random order: one in ten before the first request, the others one in each of equal parts of what follows. */
export const moments = (seed: number, count: number, timeline: Timeline): ReadonlyArray<Moment> => {
  const random = randomFrom(deriveSeed(["crash", seed]))
  const [first = 0] = timeline.requests
  const early = first === 0 ? 0 : Math.round(count / 10)
  const spread = (n: number, from: number, to: number) =>
    Array.from({ length: n }, (_, i) => from + ((i + random.next()) / n) * (to - from))
  const all = [...spread(early, 0, first), ...spread(count - early, first, timeline.end)]
  return random.shuffle(all).map((at): Moment => {
    const trigger = triggerAt(at, timeline)
    const left = timeline.requests.length - trigger.requests
    const more: Array<Trigger> = []
    while (more.length < 3 && random.next() < again) {
      if (timeline.requests.length === 0) more.push({ requests: 0, millis: random.next() ** 2 * (timeline.end - at) })
      else if (random.next() < whileStarting) more.push({ requests: 0, millis: random.next() * first })
      else more.push({ requests: 1 + Math.floor(random.next() ** 3 * left), millis: random.next() * 30 })
    }
    return { at, triggers: [trigger, ...more], trainerDies: random.next() < 0.5 }
  })
}

/**
 * Whole lives: each run is killed `kills` times on its way, once in each of equal parts of its requests, and now and
 * then while it is starting; half of the kills take the trainer along. Fewer than 20: a step whose process dies so often
 * without finishing a shard is suspended.
 */
export const lives = (
  seed: number,
  { count, kills }: { readonly count: number; readonly kills: number },
  { requests, end }: Timeline,
): ReadonlyArray<Moment> => {
  const random = randomFrom(deriveSeed(["lives", seed]))
  const [first = 0] = requests
  return Array.from({ length: count }, () => {
    const starting = Math.round(kills / 10)
    const between = kills - starting
    // What was in flight is asked again, so no run is over before the last of them.
    const places = Array.from({ length: between }, (_, i) =>
      Math.floor(((i + random.next()) / between) * 0.95 * requests.length),
    )
    const triggers = places.map((place, i) => ({
      requests: Math.max(1, place - (places[i - 1] ?? 0)),
      millis: random.next() * 30,
    }))
    const early = Array.from({ length: starting }, () => ({ requests: 0, millis: random.next() * first }))
    const [one = { requests: 1, millis: 0 }, ...more] = random
      .shuffle([...triggers, ...early])
      .map((trigger): Trigger => ({ ...trigger, trainerDies: random.next() < 0.5 }))
    return { at: end, triggers: [one, ...more], trainerDies: false }
  })
}

/** How often the resumed run is killed too, and how often before it has sent anything. */
const again = 0.35
const whileStarting = 0.3

const triggerAt = (at: number, { requests }: Timeline): Trigger => {
  const before = requests.filter((sent) => sent <= at)
  return { requests: before.length, millis: at - (before.at(-1) ?? 0) }
}

/** The same moment with half the time from its last request. */
export const earlier = ({ at, triggers: [first, ...more], trainerDies }: Moment): Moment => ({
  at: at - first.millis / 2,
  triggers: [{ ...first, millis: first.millis / 2 }, ...more],
  trainerDies,
})
