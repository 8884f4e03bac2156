/** How long a plan's steps still take, at the pace that was seen, with so many of them at once. */
import type { Estimate } from "../src/index.ts"
import { expectedOf, predicted } from "./pace.ts"
import type { Rates, Work } from "./pace.ts"

export interface Measured {
  readonly id: string
  readonly stage: string
  readonly upstream: ReadonlyArray<string>
  readonly demands: ReadonlyArray<Estimate.Demand>
  readonly state: "done" | "running" | "waiting"
  /** Of the step's expected work, answers from the journal included. */
  readonly behind: Work
  /** What it took time for so far, and how long; undefined where that isn't known. */
  readonly took: { readonly work: Work; readonly seconds: number } | undefined
}

export interface TimeToGo {
  /** Of every step that is not done. */
  readonly steps: ReadonlyMap<string, number>
  /** Until the last one ends. */
  readonly seconds: number
}

export const timeToGo = (steps: ReadonlyArray<Measured>, rates: Rates, concurrency: number): TimeToGo => {
  const shares = learn(
    steps.filter(({ state }) => state === "done"),
    rates,
  )
  const left = new Map<string, number>()
  for (const step of steps) if (step.state !== "done") left.set(step.id, secondsLeft(step, rates, shares(step.stage)))
  return { steps: left, seconds: finish(steps, left, concurrency) }
}

interface Shares {
  /** Of the expected amounts, what done steps of the stage had behind them in the end, and what of it took time. */
  readonly behind: (kind: string) => number
  readonly took: (kind: string) => number
  /** Of the seconds by the rates alone, what they took. */
  readonly time: number
}

/** A stage's steps resemble each other more than the estimate; each ratio begins at 1 and moves with what is seen. */
const learn = (done: ReadonlyArray<Measured>, rates: Rates) => {
  const cache = new Map<string, Shares>()
  return (stage: string): Shares => {
    const known = cache.get(stage)
    if (known !== undefined) return known
    const [expected, behind, took] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
    const add = (sums: Map<string, number>, work: Work) =>
      work.forEach((amount, kind) => sums.set(kind, (sums.get(kind) ?? 0) + amount))
    let [seconds, byRates] = [believedSeconds, believedSeconds]
    for (const step of done) {
      if (step.stage !== stage || step.took === undefined) continue
      add(expected, expectedOf(step.demands))
      add(behind, step.behind)
      add(took, step.took.work)
      seconds += step.took.seconds
      byRates += predicted(step.took.work, rates)
    }
    const ratio = (sums: ReadonlyMap<string, number>) => (kind: string) =>
      expected.has(kind) ? (sums.get(kind) ?? 0) / (expected.get(kind) ?? 1) : 1
    const shares = { behind: ratio(behind), took: ratio(took), time: seconds / byRates }
    cache.set(stage, shares)
    return shares
  }
}

const secondsLeft = ({ demands, behind }: Measured, rates: Rates, shares: Shares) => {
  const whole = new Map([...expectedOf(demands)].map(([kind, amount]) => [kind, amount * shares.took(kind)]))
  const rest = new Map(
    [...expectedOf(demands)].map(([kind, amount]) => {
      const gone = (behind.get(kind) ?? 0) / Math.max(amount * shares.behind(kind), 1)
      return [kind, (whole.get(kind) ?? 0) * Math.max(1 - gone, 0)]
    }),
  )
  // What was expected too low is taken to be nearly done.
  return Math.max(predicted(rest, rates), predicted(whole, rates) * leastShare) * shares.time
}

/** When the last step ends, where a free place goes to the first step whose upstream steps have ended. */
const finish = (steps: ReadonlyArray<Measured>, left: ReadonlyMap<string, number>, concurrency: number): number => {
  const ended = new Map<string, number>()
  const places = Array.from({ length: Math.max(concurrency, 1) }, () => 0)
  for (const { id, upstream } of [...steps].sort((a, b) => order[a.state] - order[b.state])) {
    const ready = upstream.reduce((latest, one) => Math.max(latest, ended.get(one) ?? 0), 0)
    const seconds = left.get(id)
    if (seconds === undefined) {
      ended.set(id, 0)
      continue
    }
    const place = places.indexOf(Math.min(...places))
    const end = Math.max(ready, places[place] ?? 0) + seconds
    places[place] = end
    ended.set(id, end)
  }
  return [...ended.values()].reduce((latest, end) => Math.max(latest, end), 0)
}

const order = { done: 0, running: 1, waiting: 2 }
/** A ratio moves as much by this as by steps that took this long. */
const believedSeconds = 20
const leastShare = 0.03
