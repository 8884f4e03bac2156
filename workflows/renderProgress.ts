/** A run's progress for people. */
import type { Progress, StepProgress } from "./Progress.ts"

/**
 * The run, then a line for each running step, such as
 * `4/14 steps · 3 min 20 s, about 6 min left · $0.12` and
 * `  TrainAssistant role-play  45% of 640 calls · 35 tokens/s · 12,345 tokens · $0.12 · about 2 min left`.
 */
export const renderProgress = (progress: Progress): ReadonlyArray<string> => [
  [
    `${progress.done}/${progress.steps} steps`,
    duration(progress.elapsedSeconds) + left(progress.secondsLeft, ", "),
    ...money(progress.micros),
    ...(progress.suspended > 0 ? [`${progress.suspended} suspended`] : []),
  ].join(" · "),
  ...progress.running.slice(0, shown).map((step) => `  ${line(step)}`),
  ...(progress.running.length > shown ? [`  and ${progress.running.length - shown} more`] : []),
]

/** The same in one line, for logs. */
export const renderProgressLine = (progress: Progress): string => {
  const [first = "", ...steps] = renderProgress(progress)
  return [first, ...steps.map((step) => step.trim())].join(" | ")
}

const line = ({ label, calls, expectedCalls, tokens, tokensPerSecond, micros, secondsLeft }: StepProgress) =>
  [
    expectedCalls === 0
      ? label
      : `${label}  ${Math.min(99, Math.floor((100 * calls) / expectedCalls))}% of ${number(expectedCalls)} calls`,
    ...(tokens > 0 ? [`${number(tokensPerSecond)} tokens/s`, `${number(tokens)} tokens`] : []),
    ...money(micros),
    ...(expectedCalls === 0 ? [] : [left(secondsLeft, "")]),
  ].join(" · ")

const money = (micros: number) => (micros > 0 ? [`$${(micros / 1e6).toFixed(micros < 1e6 ? 3 : 2)}`] : [])

const left = (seconds: number | undefined, before: string) =>
  seconds === undefined ? "" : `${before}about ${roughly(seconds)} left`

/** Coarser the longer it is: an estimate is not a clock. */
const roughly = (seconds: number) => {
  if (seconds < 90) return `${Math.max(10 * Math.round(seconds / 10), 10)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  const hours = seconds / 3600
  return hours < 36 ? `${hours.toFixed(1)} h` : `${Math.round(hours / 24)} days`
}

export const duration = (seconds: number) => {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`
}

const number = (value: number) => Math.round(value).toLocaleString("en")

/** Steps with a line of their own. */
const shown = 8
