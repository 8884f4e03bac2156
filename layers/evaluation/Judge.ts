/** Says what a rollout is worth. A judge that can't be reached fails; it never gives a zero (contract 3). */
import { Context, Effect, Layer, Schema } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { InvalidOutput } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { Verdict } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { Attempt } from "../../src/durable/Attempt.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { Dialogue } from "../generation/converse.ts"
import { checklistVerdict } from "./checklistVerdict.ts"
import type { Reward, RubricReward } from "./Reward.ts"

export interface Judged {
  readonly dialogue: Dialogue
  /** The conversation that the opening and the intent come from. */
  readonly prompt: Conversation
  /** Mean nats per token of the assistant's words under the initial model, where that was asked. */
  readonly fluency: number | undefined
  readonly caller: Caller
}

export class Judge extends Context.Tag("understudy/layers/evaluation/Judge")<
  Judge,
  { readonly verdict: (reward: Reward, judged: Judged) => Effect.Effect<Verdict, LlmError> }
>() {
  static readonly layer: Layer.Layer<Judge, never, LanguageModel> = Layer.effect(
    Judge,
    Effect.map(LanguageModel, (languageModel) =>
      Judge.of({
        verdict: (reward, judged) =>
          reward._tag === "ChecklistReward"
            ? checklistVerdict(reward, judged)
            : Effect.provideService(rubricVerdict(reward, judged), LanguageModel, languageModel),
      }),
    ),
  )
}

/** What a rubric judge answers. */
export const RubricReply = Schema.Struct({
  thought: Schema.NonEmptyString.annotations({ description: "your reasons, in one or two sentences" }),
  score: Schema.Int.pipe(Schema.between(0, 10)).annotations({ description: "0 to 10" }),
})

/**
 * How often a judge is asked whose answer has not the right form, each time under a seed of its own. A step that is done
 * anew goes on where the journal's useless answers end.
 */
const asked = 3

const rubricVerdict = Effect.fn("Judge.rubric")(function* (
  { judges, rubric }: RubricReward,
  { dialogue, prompt, caller }: Judged,
) {
  const languageModel = yield* LanguageModel
  const anew = yield* Attempt
  const content = rubricPrompt(rubric, prompt.intent, dialogue)
  const grades = yield* Effect.forEach(
    judges,
    (model) => {
      const ask = (attempt: number) =>
        languageModel
          .chat({
            model,
            messages: [{ role: "user", content }],
            sampling: {
              maxTokens: 1024,
              temperature: attempt === 0 ? 0 : 0.3,
              seed: deriveSeed(["judge", prompt.id, attempt]),
              sampleIndex: attempt,
            },
            jsonSchema: { name: "verdict", schema: RubricReply },
            caller: { ...caller, role: "judge" },
          })
          .pipe(
            Effect.flatMap(({ text }) =>
              Effect.mapError(decodeReply(text), ({ message }) =>
                InvalidOutput.make({ endpoint: "the judge", model: model.name, detail: message }),
              ),
            ),
          )
      const again = (attempt: number): ReturnType<typeof ask> =>
        Effect.catchIf(
          ask(attempt),
          ({ _tag }) => _tag === "InvalidOutput" || (_tag === "Refused" && anew > 0),
          (error) => (attempt + 1 < asked * (anew + 1) ? again(attempt + 1) : Effect.fail(error)),
        )
      return Effect.map(again(0), (grade) => ({ model: model.name, ...grade }))
    },
    { concurrency: "unbounded" },
  )
  return {
    reward: grades.reduce((sum, { score }) => sum + score, 0) / (10 * grades.length),
    checks: grades.map(({ model, score, thought }) => ({
      check: model,
      passed: score >= 5,
      reason: `${score}: ${thought}`,
    })),
    measures: Object.fromEntries(grades.map(({ model, score }) => [`score of ${model}`, score])),
  } satisfies Verdict
})

const decodeReply = Schema.decodeUnknown(Schema.parseJson(RubricReply))

/** The judge sees the intent and the whole conversation (paper 1.4). */
export const rubricPrompt = (rubric: string, intent: string | undefined, { messages }: Dialogue) =>
  [
    "Grade the assistant in this conversation between a user and an AI assistant.",
    `What the user wanted: ${intent ?? "not stated; infer it from the conversation"}`,
    `Grade from 0 to 10 by ${rubric}: 0 or 1 is completely unhelpful, 2 or 3 minimally, 4 or 5 somewhat, 6 or 7 moderately, 8 or 9 quite, 10 very helpful.`,
    "The conversation:",
    messages.map(({ role, content }) => `${role.toUpperCase()}: ${content}`).join("\n\n"),
    "Answer with one JSON object with the keys thought (string) and score (integer).",
  ].join("\n\n")
