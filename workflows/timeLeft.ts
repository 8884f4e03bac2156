/** How long planned calls take, at the pace of earlier calls to the same models in this home. */
import { Effect } from "effect"
import { CallJournal } from "../src/index.ts"
import type { Estimate, Pace, Plan, Totals } from "../src/index.ts"
import { stepsAtOnce } from "./config/UnderstudyConfig.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { watch } from "./Progress.ts"

export interface TimeLeft {
  /** Seconds, one model after the other; undefined where a model was never called here. */
  readonly seconds: Estimate.Range | undefined
  /** Models without a past. */
  readonly unknown: ReadonlyArray<string>
}

/** What a run would say at its start, and in proportion to that its bounds by tokens. */
export const planTime = Effect.fn("planTime")(function* (plan: Plan.Plan, config: UnderstudyConfig) {
  const journal = yield* CallJournal
  const { seconds, unknown } = timeLeft(plan.usage, yield* journal.totals, yield* journal.pace)
  if (seconds === undefined || seconds.expected === 0) return { seconds, unknown } satisfies TimeLeft
  const { sample } = yield* watch(plan, stepsAtOnce(config))
  const expected = (yield* sample).secondsLeft ?? seconds.expected
  const scale = expected / seconds.expected
  return { seconds: { low: seconds.low * scale, expected, high: seconds.high * scale }, unknown } satisfies TimeLeft
})

export const timeLeft = (
  usage: ReadonlyArray<Plan.PlannedUsage>,
  totals: ReadonlyArray<Totals>,
  paces: ReadonlyArray<Pace>,
): TimeLeft => {
  const left = new Map<string, Estimate.Range>()
  for (const { model, promptTokens, completionTokens } of usage) {
    const { low, expected, high } = left.get(model) ?? none
    left.set(model, {
      low: low + weigh(promptTokens.low, completionTokens.low),
      expected: expected + weigh(promptTokens.expected, completionTokens.expected),
      high: high + weigh(promptTokens.high, completionTokens.high),
    })
  }
  let seconds = none
  const unknown: Array<string> = []
  for (const [model, { low, expected, high }] of left) {
    const pace = paceOf(model, totals, paces)
    if (high === 0) continue
    if (pace === undefined) unknown.push(model)
    else {
      seconds = {
        low: seconds.low + low / pace,
        expected: seconds.expected + expected / pace,
        high: seconds.high + high / pace,
      }
    }
  }
  return { seconds: unknown.length === 0 ? seconds : undefined, unknown }
}

/** Weighed tokens in a second during which the model was busy; undefined without a past. */
const paceOf = (model: string, totals: ReadonlyArray<Totals>, paces: ReadonlyArray<Pace>) => {
  const busyMs = paces.find((pace) => pace.model === model)?.busyMs ?? 0
  const work = totals
    .filter((row) => row.model === model)
    .reduce((sum, { promptTokens, completionTokens }) => sum + weigh(promptTokens, completionTokens), 0)
  return busyMs > 0 && work > 0 ? (1000 * work) / busyMs : undefined
}

/** Tokens as they stand for time: those that were generated count whole, those that were read a fifth. */
const weigh = (promptTokens: number, completionTokens: number) => completionTokens + promptTokens / 5

const none: Estimate.Range = { low: 0, expected: 0, high: 0 }
