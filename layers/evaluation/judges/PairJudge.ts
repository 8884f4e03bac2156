/**
 * Compares two answers in both orders, so that a judge that likes the first place gains nothing by it. Which answer
 * stands first in the first call is fixed by the hash of the task's id: the same in every run and for every judge.
 */
import { Effect, Either, Schema } from "effect"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { modelIdentity } from "../../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import type { OrderVerdict, PairVerdict, WildBenchTask } from "../../../src/domain/WildBench.ts"
import type { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { keepingData } from "../../generation/dataFailures.ts"
import { choiceScores } from "../wildbench/lengthPenalty.ts"
import type { Choice } from "../wildbench/lengthPenalty.ts"
import { askJudge } from "./askJudge.ts"
import type { JudgeOptions } from "./ChecklistJudge.ts"
import { failureOf } from "./failureOf.ts"
import { pairPrompt } from "./pairPrompt.ts"

export interface Compared {
  readonly task: WildBenchTask
  readonly first: string
  readonly second: string
}

/** Whether the first answer stands on side A in the first call: a coin that the task's id throws. */
export const firstIsA = (session: string): boolean => deriveSeed(["sides", session]) % 2 === 0

/** Each order's choice from the first answer's side, or why there is none. Fails as the calls do. */
export const pairJudge =
  (model: ModelSpec, { maxTokens, seed, step }: JudgeOptions) =>
  ({ task, first, second }: Compared): Effect.Effect<PairVerdict, LlmError, LanguageModel> => {
    const ask = (order: "first" | "swapped") => {
      const isA = firstIsA(task.session) === (order === "first")
      return keepingData(
        askJudge({
          model,
          content: isA ? pairPrompt(task, first, second) : pairPrompt(task, second, first),
          jsonSchema: { name: "comparison", schema: PairReply },
          read: (text, key) =>
            Either.mapBoth(decode(text), {
              onLeft: ({ message }) => message,
              onRight: ({ choice, reason }) => ({ choice: isA ? choice : mirrored[choice], reason, key }),
            }),
          seedOf: (attempt) => deriveSeed([seed, "pair", order, task.session, modelIdentity(model), attempt]),
          maxTokens,
          caller: { step },
        }),
      ).pipe(
        Effect.map((asked): OrderVerdict =>
          asked._tag === "Kept"
            ? { ...asked.value, failure: null }
            : { choice: null, reason: "", key: null, failure: failureOf(asked.error) },
        ),
      )
    }
    return Effect.map(Effect.all([ask("first"), ask("swapped")], { concurrency: 2 }), (orders) => ({
      orders,
      outcome: outcomeOf(orders),
    }))
  }

/**
 * What the two orders come to for the first answer. Where they prefer different answers it was the place that decided:
 * `position-inconsistent`, which counts as a tie. A preference beside a tie is a preference. One order alone is missing.
 */
export const outcomeOf = (orders: readonly [OrderVerdict, OrderVerdict]): PairVerdict["outcome"] => {
  const [one, other] = orders.map(({ choice }) => (choice === null ? null : choiceScores[choice]))
  if (one == null || other == null) return "missing"
  if (one * other < 0) return "position-inconsistent"
  return one + other > 0 ? "win" : one + other < 0 ? "loss" : "tie"
}

const PairReply = Schema.Struct({
  reason: Schema.String,
  choice: Schema.Literal("A++", "A+", "A=B", "B+", "B++"),
})
const decode = Schema.decodeUnknownEither(Schema.parseJson(PairReply))

const mirrored: Readonly<Record<Choice, Choice>> = { "A++": "B++", "A+": "B+", "A=B": "A=B", "B+": "A+", "B++": "A++" }
