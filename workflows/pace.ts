/**
 * How long calls of each kind take, learned from what steps took before, in this run and in earlier ones. A kind is a
 * role on a model; training counts by tokens, all else by calls. A step's time is taken to be the sum over its calls;
 * the seconds for each kind are fitted to all steps by expectation maximisation, which keeps them positive.
 */
import type { Estimate, Totals } from "../src/index.ts"

/** Amounts by kind. */
export type Work = ReadonlyMap<string, number>

export interface Observation {
  readonly work: Work
  readonly seconds: number
}

/** Seconds for one call, or one trained token, by kind. */
export type Rates = (kind: string) => number

export const fitRates = (observations: ReadonlyArray<Observation>): Rates => {
  const seen = observations.filter(({ work, seconds }) => seconds > 0 && predicted(work, () => 1) > 0)
  const kinds = new Set(seen.flatMap(({ work }) => [...work.keys()]))
  const all = [...seen, ...[...kinds].map(believed)]
  const rates = new Map([...kinds].map((kind) => [kind, prior(kind).rate]))
  const rate: Rates = (kind) => rates.get(kind) ?? prior(kind).rate
  for (let round = 0; round < rounds; round++) {
    const taken = new Map<string, number>()
    const amounts = new Map<string, number>()
    for (const { work, seconds } of all) {
      const factor = seconds / predicted(work, rate)
      for (const [kind, amount] of work) {
        taken.set(kind, (taken.get(kind) ?? 0) + amount * factor)
        amounts.set(kind, (amounts.get(kind) ?? 0) + amount)
      }
    }
    for (const [kind, value] of rates) rates.set(kind, (value * (taken.get(kind) ?? 0)) / (amounts.get(kind) ?? 1))
  }
  return rate
}

export const predicted = (work: Work, rate: Rates): number =>
  [...work].reduce((sum, [kind, amount]) => sum + amount * rate(kind), 0)

/** What a step has done by itself: answers from the journal took no time. */
export const workOf = (totals: ReadonlyArray<Totals>): Work =>
  sumBy(totals, ({ role, model, calls, promptTokens }) => [
    kindOf(role, model),
    role === "trainer" ? promptTokens : calls,
  ])

/** What a step has behind it, answers from the journal included: what counts against its expected size. */
export const behindOf = (totals: ReadonlyArray<Totals>): Work =>
  sumBy(totals, ({ role, model, calls, hits, promptTokens }) => [
    kindOf(role, model),
    role === "trainer" ? promptTokens : calls + hits,
  ])

export const expectedOf = (demands: ReadonlyArray<Estimate.Demand>): Work =>
  sumBy(demands, ({ role, model, calls, promptTokens }) => [
    kindOf(role, model.name),
    (role === "trainer" ? promptTokens : calls).expected,
  ])

/** The journal knows models by name alone. */
const kindOf = (role: string, model: string) => `${role} ${model}`

const sumBy = <A>(rows: ReadonlyArray<A>, entry: (row: A) => readonly [string, number]): Work => {
  const sums = new Map<string, number>()
  for (const row of rows) {
    const [kind, amount] = entry(row)
    if (amount > 0) sums.set(kind, (sums.get(kind) ?? 0) + amount)
  }
  return sums
}

/** What is believed without having seen a call, as if so many seconds of it had been seen. */
const prior = (kind: string) => {
  const [role = "", model = ""] = kind.split(" ")
  if (model.startsWith(embedded)) {
    // The embedded model on two cores.
    const rates: Readonly<Record<string, number>> = { trainer: 0.009, assistant: 0.8, simulator: 0.6, judge: 0.4 }
    return { rate: rates[role] ?? 0.6, seconds: 30 }
  }
  return { rate: role === "trainer" ? 0.0005 : 0.05, seconds: 0.1 }
}

const believed = (kind: string): Observation => {
  const { rate, seconds } = prior(kind)
  return { work: new Map([[kind, seconds / rate]]), seconds }
}

const embedded = "SmolLM2-135M"
const rounds = 60
