/** What a line of the training log measures, as gauges for whoever collects metrics: one for each number in it. */
import { Effect, Metric, Predicate } from "effect"
import type { LogLine } from "./TrainingLog.ts"

/** `understudy.training.iteration.reward`, `....metrics.entropy` and so on, tagged with the step. */
export const recordGauges = (step: string, { kind, ...line }: LogLine): Effect.Effect<void> =>
  Effect.forEach(
    numbersIn(line, `understudy.training.${kind}`),
    ([name, value]) => Metric.set(Metric.tagged(Metric.gauge(name), "step", step), value),
    { discard: true },
  )

/** Numbers by their path. Of a list, such as that of the optimizer's steps, the last entry. */
const numbersIn = (value: unknown, path: string): ReadonlyArray<readonly [string, number]> => {
  if (typeof value === "number") return Number.isFinite(value) ? [[path, value]] : []
  if (Array.isArray(value)) return numbersIn(value.at(-1), path)
  if (!Predicate.isRecord(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, `${path}.${name}`))
}
