/** A judge's answer of a form that is asked for, or the reason that there is none, with the calls it took. */
import { Effect, Either, Schema } from "effect"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import type { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { keepingData, reasonOf } from "../../generation/dataFailures.ts"
import { askJudge } from "../judges/askJudge.ts"

export type Answered<A> =
  | { readonly _tag: "Answered"; readonly answer: A; readonly calls: ReadonlyArray<string> }
  | { readonly _tag: "Missing"; readonly reason: string; readonly calls: ReadonlyArray<string> }

export interface FormQuestion<A, I> {
  readonly model: ModelSpec
  readonly content: string
  readonly form: { readonly name: string; readonly schema: Schema.Schema<A, I> }
  /** Which of all questions it is. */
  readonly seed: ReadonlyArray<string | number>
  readonly step: string
}

/** Outages fail; answers that are none, and refusals, are missing. */
export const askForm = <A, I>({
  form,
  seed,
  step,
  ...question
}: FormQuestion<A, I>): Effect.Effect<Answered<A>, LlmError, LanguageModel> =>
  Effect.gen(function* () {
    const decode = Schema.decodeUnknownEither(Schema.parseJson(form.schema))
    const calls: Array<string> = []
    const kept = yield* keepingData(
      askJudge({
        ...question,
        jsonSchema: form,
        read: (text, key) => {
          calls.push(key)
          return Either.mapLeft(decode(text), ({ message }) => message)
        },
        seedOf: (attempt) => deriveSeed([...seed, attempt]),
        maxTokens: 1024,
        caller: { step },
      }),
    )
    return kept._tag === "Kept"
      ? { _tag: "Answered", answer: kept.value, calls }
      : { _tag: "Missing", reason: `judge: ${reasonOf(kept.error)}`, calls }
  })
