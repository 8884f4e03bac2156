/**
 * How far a run is: from the plan's tokens, the ledger's states and the journal's sums, so that nothing has to report.
 * Tokens stand for time: those that were generated count whole, those that were read a fifth.
 */
import { Clock, Effect } from "effect"
import { CallJournal, StepLedger } from "../src/index.ts"
import type { Plan } from "../src/index.ts"

export interface StepProgress {
  readonly id: string
  /** Share of the step's expected tokens, below 1 until it is done. */
  readonly share: number
  readonly calls: number
  readonly tokens: number
}

export interface Progress {
  readonly done: number
  readonly steps: number
  readonly running: ReadonlyArray<StepProgress>
  readonly suspended: number
  readonly tokens: number
  readonly micros: number
  readonly elapsedSeconds: number
  /** Undefined until there is a pace to go by. */
  readonly secondsLeft: number | undefined
}

/** Sampled as often as one likes; cheap beside any model call. */
export const watch = Effect.fn("Progress.watch")(function* (plan: Plan.Plan) {
  const journal = yield* CallJournal
  const ledger = yield* StepLedger
  const began = yield* Clock.currentTimeMillis
  const ids = new Set(plan.steps.map(({ id }) => id))
  const spent = Effect.gen(function* () {
    const sums = new Map<string, Spent>()
    for (const row of yield* journal.totals) {
      if (!ids.has(row.step)) continue
      const { calls, work, micros } = sums.get(row.step) ?? nothing
      const more = weigh(row.promptTokens, row.completionTokens)
      sums.set(row.step, {
        calls: calls + row.calls,
        work: work + more,
        micros: micros + row.micros + row.failedMicros,
      })
    }
    return sums
  })
  const before = yield* spent
  const doneBefore = new Set((yield* ledger.list).filter(({ state }) => state === "done").map(({ id }) => id))

  return Effect.gen(function* () {
    const now = yield* spent
    const states = new Map((yield* ledger.list).map(({ id, state }) => [id, state]))
    const elapsedSeconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    let left = 0
    let worked = 0
    const running: Array<StepProgress> = []
    for (const { id, demands } of plan.steps) {
      const expected = demands.reduce(
        (sum, { promptTokens, completionTokens }) => sum + weigh(promptTokens.expected, completionTokens.expected),
        0,
      )
      const { calls, work } = now.get(id) ?? nothing
      worked += work - (before.get(id)?.work ?? 0)
      if (states.get(id) === "done") continue
      // What was expected too low is taken to be nearly done.
      const share = expected === 0 ? 0 : Math.min(work / expected, 0.95)
      left += expected * (1 - share)
      if (states.get(id) === "running") running.push({ id, share, calls, tokens: Math.round(work) })
    }
    const done = plan.steps.filter(({ id }) => states.get(id) === "done").length
    const pace = worked / Math.max(elapsedSeconds, 1)
    const progress: Progress = {
      done,
      steps: plan.steps.length,
      running,
      suspended: plan.steps.filter(({ id }) => states.get(id) === "suspended" && !doneBefore.has(id)).length,
      tokens: Math.round(worked),
      micros: [...now].reduce((sum, [id, { micros }]) => sum + micros - (before.get(id)?.micros ?? 0), 0),
      elapsedSeconds,
      secondsLeft: worked > 0 && elapsedSeconds > 20 ? left / pace : undefined,
    }
    return progress
  })
})

/** One line, such as `4/14 steps · TrainAssistant 45% · 1,204 calls · 3 min 20 s, about 6 min left`. */
export const renderLine = ({ done, steps, running, micros, elapsedSeconds, secondsLeft }: Progress): string => {
  const parts = [
    `${done}/${steps} steps`,
    ...running.map(({ id, share, calls }) => `${id.split("/")[0]} ${Math.floor(share * 100)}% (${calls} calls)`),
    ...(micros > 0 ? [`$${(micros / 1e6).toFixed(2)}`] : []),
    duration(elapsedSeconds) + (secondsLeft === undefined ? "" : `, about ${duration(secondsLeft)} left`),
  ]
  return parts.join(" · ")
}

interface Spent {
  readonly calls: number
  readonly work: number
  readonly micros: number
}

const nothing: Spent = { calls: 0, work: 0, micros: 0 }

/** Tokens as they stand for time. */
export const weigh = (promptTokens: number, completionTokens: number) => completionTokens + promptTokens / 5

const duration = (seconds: number) => {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`
}
