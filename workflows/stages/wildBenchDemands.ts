/** What answers to tasks and judgments of them are expected to cost. A token is about four characters. */
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Estimate, Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"

/** Of one task of WildBench, the conversation before its query included; of an answer of middling length; of an item. */
const tokensOf = { task: 900, answer: 700, item: 25, instructions: 300 }

export const answerDemand = (model: ModelSpec, count: number, maxTokens: number): Estimate.Demand => ({
  role: "assistant",
  model,
  calls: { low: count, expected: count, high: count },
  promptTokens: around(count * tokensOf.task),
  completionTokens: { low: count, expected: count * Math.min(maxTokens, tokensOf.answer), high: count * maxTokens },
})

interface Judging {
  readonly count: number
  readonly maxTokens: number
  /** Answers in one question. */
  readonly answers: number
  readonly items: number
  /** Tokens that a judge writes. */
  readonly written: number
}

/** One question for each answer or pair, three at most. */
export const judgeDemand = (model: ModelSpec, judging: Judging): Estimate.Demand => {
  const { count, maxTokens, answers, items, written } = judging
  const read = count * (tokensOf.instructions + tokensOf.task + answers * tokensOf.answer + items * tokensOf.item)
  return {
    role: "judge",
    model,
    calls: { low: count, expected: count, high: 3 * count },
    promptTokens: { ...around(read), high: 6 * read },
    completionTokens: { low: count, expected: count * Math.min(maxTokens, written), high: 3 * count * maxTokens },
  }
}

/** In one answer, or item by item in two calls where the judge is reached in tokens. */
export const checklistDemand = (model: ModelSpec, count: number, items: number, maxTokens: number): Estimate.Demand => {
  if (isRemote(model)) return judgeDemand(model, { count, maxTokens, answers: 1, items, written: 40 * items })
  const calls = Math.round(2 * items * count)
  const read = calls * (tokensOf.task + tokensOf.answer)
  return {
    role: "judge",
    model,
    calls: { low: calls, expected: calls, high: calls },
    promptTokens: around(read),
    completionTokens: { low: 0, expected: 0, high: 0 },
  }
}

const around = (expected: number): Estimate.Range => ({ low: expected / 10, expected, high: 2 * expected })

/** The step that reads the tasks under answers to them. */
export const tasksUnder = ({ input }: Step.AnyStep): Step.AnyStep | undefined => {
  const { tasks } = input
  return typeof tasks === "object" && tasks !== null && "stage" in tasks ? (tasks as Step.AnyStep) : undefined
}
