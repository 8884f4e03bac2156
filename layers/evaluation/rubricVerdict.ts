/** Judges that are models: each grades by a rubric (paper 1.4). Says what happens where one gives no usable grade. */
import { Effect, Either, Schema } from "effect"
import { sha256Hex } from "../../src/domain/CanonicalJson.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { JudgeScore } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { Dialogue } from "../generation/converse.ts"
import { keepingData, reasonOf } from "../generation/dataFailures.ts"
import type { Judged } from "./Judge.ts"
import { askJudge } from "./judges/askJudge.ts"
import type { RubricReward } from "./Reward.ts"
import { unscoredBy } from "./Unscored.ts"
import type { Judgment } from "./Unscored.ts"

/** What a rubric judge answers. */
export const RubricReply = Schema.Struct({
  thought: Schema.NonEmptyString.annotations({ description: "your reasons, in one or two sentences" }),
  score: Schema.Int.pipe(Schema.between(0, 10)).annotations({ description: "0 to 10" }),
})

export const rubricVerdict = Effect.fn("Judge.rubric")(function* (reward: RubricReward, judged: Judged) {
  const { judges: models, onJudgeFailure } = reward
  const outcomes = yield* Effect.forEach(models, (model) => keepingData(gradeBy(model, reward, judged)), {
    concurrency: "unbounded",
  })
  const grades = outcomes.flatMap((one) => (one._tag === "Kept" ? [one.value] : []))
  const prompt = rubricPromptHash(reward, judged.of)
  const judges = outcomes.map((one, i): JudgeScore => {
    const judge = modelIdentity(models[i]!)
    return one._tag === "Kept"
      ? { judge, score: one.value.score, failure: null, prompt }
      : { judge, score: null, failure: reasonOf(one.error), prompt }
  })
  const zero = onJudgeFailure === "paper-zero"
  const needed = { "drop-rollout": models.length, "drop-judge": 1, "paper-zero": 0 }[onJudgeFailure]
  if (grades.length < needed) return yield* unscoredBy(judges)
  const counted = zero ? models.length : grades.length
  return {
    reward: grades.reduce((sum, { score }) => sum + score, 0) / (10 * counted),
    checks: outcomes.map((one, i) =>
      one._tag === "Kept"
        ? checkOf(models[i]!.name, one.value)
        : { check: models[i]!.name, passed: null, reason: failed(one.error, zero) },
    ),
    measures: { ...measuresOf(grades), ...(zero ? { "judges counted as 0": models.length - grades.length } : {}) },
    // Judges of whom each counts have nothing that could be left out.
    ...(onJudgeFailure === "drop-rollout"
      ? {}
      : {
          parts: outcomes.map((one, i) => {
            const name = modelIdentity(models[i]!)
            if (one._tag === "Kept") return { name, weight: 1 / counted, reward: one.value.score / 10 }
            const failure = failed(one.error, zero)
            return { name, weight: zero ? 1 / counted : 0, reward: zero ? 0 : null, failure }
          }),
        }),
    judges,
  } satisfies Judgment
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

/** SHA-256 of the prompt with stand-ins for what changes: scores name it, so that they lead to the words asked. */
export const rubricPromptHash = (reward: Pick<RubricReward, "rubric" | "anchors">, of?: Judged["of"]) =>
  sha256Hex([undefined, "{intent}"].map((intent) => rubricPrompt(reward, intent, standIn, of)).join("\n\n"))

const standIn = {
  messages: [
    { role: "user", content: "{said}" },
    { role: "assistant", content: "{answered}" },
  ],
} as const
