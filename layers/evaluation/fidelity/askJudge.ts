/** A judge's answer of a form that is asked for, drawn again while it has another; without one, the reason. */
import { Effect, Schema } from "effect"
import { InvalidOutput } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import { Attempt } from "../../../src/durable/Attempt.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { keepingData, reasonOf } from "../../generation/dataFailures.ts"

export type Answered<A> =
  | { readonly _tag: "Answered"; readonly answer: A; readonly calls: ReadonlyArray<string> }
  | { readonly _tag: "Missing"; readonly reason: string; readonly calls: ReadonlyArray<string> }

export interface Question<A, I> {
  readonly model: ModelSpec
  readonly content: string
  readonly form: { readonly name: string; readonly schema: Schema.Schema<A, I> }
  /** Which of all questions it is. */
  readonly seed: ReadonlyArray<string | number>
  readonly step: string
}

/** Draws of one question; as many again each time that its step is done anew. */
const draws = 3

/** Outages fail; answers that are none, and refusals, are missing. */
export const askJudge = <A, I>({ model, content, form, seed, step }: Question<A, I>) =>
  Effect.gen(function* () {
    const languageModel = yield* LanguageModel
    const most = draws * ((yield* Attempt) + 1)
    const decode = Schema.decodeUnknown(Schema.parseJson(form.schema))
    const calls: Array<string> = []
    const ask = (attempt: number): Effect.Effect<A, LlmError> =>
      languageModel
        .chat({
          model,
          messages: [{ role: "user", content }],
          sampling: {
            maxTokens: 1024,
            temperature: attempt === 0 ? 0 : 0.3,
            seed: deriveSeed([...seed, attempt]),
            sampleIndex: attempt,
          },
          jsonSchema: { name: form.name, schema: form.schema },
          caller: { role: "judge", step },
        })
        .pipe(
          Effect.flatMap(({ text, key }) => {
            calls.push(key)
            return Effect.mapError(decode(text), ({ message }) =>
              InvalidOutput.make({ endpoint: "the judge", model: model.name, detail: message }),
            )
          }),
          Effect.catchIf(
            ({ _tag }) => _tag === "InvalidOutput" && attempt + 1 < most,
            () => ask(attempt + 1),
          ),
        )
    const kept = yield* keepingData(ask(0))
    const outcome: Answered<A> =
      kept._tag === "Kept"
        ? { _tag: "Answered", answer: kept.value, calls }
        : { _tag: "Missing", reason: `judge: ${reasonOf(kept.error)}`, calls }
    return outcome
  })
