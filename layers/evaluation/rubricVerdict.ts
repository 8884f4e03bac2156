/** Judges that are models: each grades by a rubric (paper 1.4). Says what happens where one gives no usable grade. */
import { Effect, Either, Schema } from "effect"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Verdict } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { Dialogue } from "../generation/converse.ts"
import { keepingData } from "../generation/dataFailures.ts"
import type { Judged } from "./Judge.ts"
import { askJudge } from "./judges/askJudge.ts"
import type { RubricReward } from "./Reward.ts"

/** What a rubric judge answers. */
export const RubricReply = Schema.Struct({
  thought: Schema.NonEmptyString.annotations({ description: "your reasons, in one or two sentences" }),
  score: Schema.Int.pipe(Schema.between(0, 10)).annotations({ description: "0 to 10" }),
})

export const rubricVerdict = Effect.fn("Judge.rubric")(function* (reward: RubricReward, judged: Judged) {
  const { judges, onJudgeFailure } = reward
  const grade = (model: ModelSpec) => gradeBy(model, reward, judged)
  if (onJudgeFailure === "drop-rollout") {
    const grades = yield* Effect.forEach(judges, grade, { concurrency: "unbounded" })
    return {
      reward: grades.reduce((sum, { score }) => sum + score, 0) / (10 * grades.length),
      checks: grades.map((one) => checkOf(one.model, one)),
      measures: measuresOf(grades),
    } satisfies Verdict
  }
  const outcomes = yield* Effect.forEach(judges, (model) => keepingData(grade(model)), { concurrency: "unbounded" })
  const grades = outcomes.flatMap((one) => (one._tag === "Kept" ? [one.value] : []))
  const errors = outcomes.flatMap((one) => (one._tag === "Failed" ? [one.error] : []))
  const zero = onJudgeFailure === "paper-zero"
  if (grades.length === 0 && !zero) return yield* Effect.fail(errors[0]!)
  const counted = zero ? judges.length : grades.length
  return {
    reward: grades.reduce((sum, { score }) => sum + score, 0) / (10 * counted),
    checks: outcomes.map((one, i) =>
      one._tag === "Kept"
        ? checkOf(judges[i]!.name, one.value)
        : { check: judges[i]!.name, passed: false, reason: failed(one.error, zero) },
    ),
    measures: { ...measuresOf(grades), ...(zero ? { "judges counted as 0": errors.length } : {}) },
    parts: outcomes.map((one, i) => {
      const name = modelIdentity(judges[i]!)
      if (one._tag === "Kept") return { name, weight: 1 / counted, reward: one.value.score / 10 }
      const failure = failed(one.error, zero)
      return { name, weight: zero ? 1 / counted : 0, reward: zero ? 0 : null, failure }
    }),
  } satisfies Verdict
})

interface Grade {
  readonly thought: string
  readonly score: number
}

const checkOf = (check: string, { score, thought }: Grade) => ({
  check,
  passed: score >= 5,
  reason: `${score}: ${thought}`,
})

const measuresOf = (grades: ReadonlyArray<Grade & { readonly model: string }>) =>
  Object.fromEntries(grades.map(({ model, score }) => [`score of ${model}`, score]))

const failed = ({ _tag }: LlmError, zero: boolean) =>
  zero ? `failed (${_tag}), counted as 0 as the paper does` : `failed (${_tag})`

const gradeBy = (model: ModelSpec, reward: RubricReward, { dialogue, prompt, of, caller }: Judged) =>
  Effect.map(
    askJudge({
      model,
      content: rubricPrompt(reward, prompt.intent, dialogue, of),
      jsonSchema: { name: "verdict", schema: RubricReply },
      read: (text) => Either.mapLeft(decodeReply(text), ({ message }) => message),
      seedOf: (attempt) => deriveSeed(["judge", prompt.id, attempt]),
      maxTokens: 1024,
      caller,
    }),
    (grade) => ({ model: model.name, ...grade }),
  )

const decodeReply = Schema.decodeUnknownEither(Schema.parseJson(RubricReply))

/** The judge sees the intent and the whole conversation (paper 1.4). */
export const rubricPrompt = (
  { rubric, anchors }: Pick<RubricReward, "rubric" | "anchors">,
  intent: string | undefined,
  { messages }: Pick<Dialogue, "messages">,
  of: Judged["of"] = "conversation",
) =>
  [
    of === "reply"
      ? "Grade the assistant's last reply in this conversation between a user and an AI assistant, and nothing before it."
      : "Grade the assistant in this conversation between a user and an AI assistant.",
    `What the user wanted: ${intent ?? "not stated; infer it from the conversation"}`,
    `Grade from 0 to 10 by ${rubric}: ${anchors}.`,
    "The conversation:",
    messages.map(({ role, content }) => `${role.toUpperCase()}: ${content}`).join("\n\n"),
    "Answer with one JSON object with the keys thought (string) and score (integer).",
  ].join("\n\n")
