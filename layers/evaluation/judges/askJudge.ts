/** Asks a model behind an endpoint for a judgment in JSON, again where its answer has not the right form. */
import { Effect, Either } from "effect"
import { InvalidOutput } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { Attempt } from "../../../src/durable/Attempt.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import type { Caller, ChatRequest } from "../../../src/ports/LanguageModel.ts"

export interface Question<A> {
  readonly model: ModelSpec
  readonly content: string
  readonly jsonSchema: NonNullable<ChatRequest["jsonSchema"]>
  /** The judgment in an answer, or what is wrong with it. */
  readonly read: (text: string, key: string) => Either.Either<A, string>
  /** Of an attempt, from 0. */
  readonly seedOf: (attempt: number) => number
  readonly maxTokens: number
  readonly caller: Omit<Caller, "role">
}

/**
 * How often a judge is asked whose answer has not the right form, each time under a seed of its own. A step that is done
 * anew goes on where the journal's useless answers end.
 */
const asked = 3

/** Fails with `InvalidOutput` where no answer has the right form, and as the call does. */
export const askJudge = <A>(question: Question<A>): Effect.Effect<A, LlmError, LanguageModel> =>
  Effect.gen(function* () {
    const { model, content, jsonSchema, read, seedOf, maxTokens, caller } = question
    const languageModel = yield* LanguageModel
    const anew = yield* Attempt
    const ask = (attempt: number) =>
      languageModel
        .chat({
          model,
          messages: [{ role: "user", content }],
          sampling: {
            maxTokens,
            temperature: attempt === 0 ? 0 : 0.3,
            seed: seedOf(attempt),
            sampleIndex: attempt,
          },
          jsonSchema,
          caller: { ...caller, role: "judge" },
        })
        .pipe(
          Effect.flatMap(({ text, key }) =>
            Either.mapLeft(read(text, key), (detail) =>
              InvalidOutput.make({ endpoint: "the judge", model: model.name, detail }),
            ),
          ),
        )
    const again = (attempt: number): ReturnType<typeof ask> =>
      Effect.catchIf(
        ask(attempt),
        ({ _tag }) => _tag === "InvalidOutput" || (_tag === "Refused" && anew > 0),
        (error) => (attempt + 1 < asked * (anew + 1) ? again(attempt + 1) : Effect.fail(error)),
      )
    return yield* again(0)
  })
