/** A policy as a model that is sampled and scored in tokens, every answer journaled. */
import { Effect, Schema } from "effect"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { TrainerError } from "../../src/domain/TrainerError.ts"
import type { CallJournal } from "../../src/journal/CallJournal.ts"
import { callKey } from "../../src/journal/CallKey.ts"
import type { SampleTarget, Trainer } from "../../src/ports/Trainer.ts"
import type { ChatTemplate } from "../llm/ChatTemplate.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import type { Tokenizer } from "../llm/Tokenizer.ts"
import { isUnpriced } from "./charging.ts"
import type { Accounting, makeCharging } from "./charging.ts"
import { KeptSample, readOnly } from "./policyAnswers.ts"
import { toLlmError, unavailable } from "./policyErrors.ts"
import type { PolicyError } from "./policyErrors.ts"
import type { makeWaves } from "./SampleWaves.ts"

export interface Codec {
  readonly tokenizer: Tokenizer
  readonly template: ChatTemplate
}

export interface PolicyModelParts {
  readonly trainer: Trainer["Type"]
  readonly journal: CallJournal["Type"]
  readonly inWave: Effect.Effect.Success<ReturnType<typeof makeWaves>>
  readonly accounting: Accounting | undefined
  readonly charging: ReturnType<typeof makeCharging>
  readonly codecOf: (spec: ModelSpec) => Effect.Effect<Codec, PolicyError>
}

/** `target` gives what is to be sampled: weights of an identity, once they are there. */
export const policyModels = ({ trainer, journal, inWave, accounting, charging, codecOf }: PolicyModelParts) =>
  Effect.fnUntraced(function* (
    spec: ModelSpec,
    identity: string,
    target: <A>(use: (target: SampleTarget) => Effect.Effect<A, TrainerError>) => Effect.Effect<A, PolicyError>,
  ) {
    const { tokenizer, template } = yield* codecOf(spec)
    const unpriced = isUnpriced(accounting, spec, "sample")
    const asLlmError = Effect.mapError((error: PolicyError) => toLlmError(error, spec.name))
    const model: TokenModel = {
      spec,
      identity,
      tokenizer,
      template,
      sample: ({ prompt, caller, topP, ...sampling }) => {
        const settings = topP === undefined ? sampling : { ...sampling, topP }
        const body = { prompt, ...settings }
        const request = { tokens: prompt, ...settings }
        return journal
          .call({
            key: callKey({ kind: "sample", model: identity, body, sampleIndex: 0, scope: "" }),
            kind: "sample",
            ...caller,
            model: spec.name,
            unpriced,
            request: { identity, ...body },
            answer: KeptSample,
            send: ({ begin }) =>
              target((at) => inWave("sample", trainer.sampler(at).sample(request))).pipe(
                Effect.flatMap(([sampled]) =>
                  sampled === undefined
                    ? Effect.fail(unavailable(trainer.endpoint, spec.name, "the sample is empty"))
                    : Effect.succeed({
                        answer: sampled,
                        usage: { promptTokens: prompt.length, completionTokens: sampled.tokens.length },
                      }),
                ),
                (sending) => Effect.zipRight(begin, sending),
                charging(spec, "sample", { promptTokens: prompt.length, completionTokens: sampling.maxTokens }),
                asLlmError,
              ),
          })
          .pipe(
            Effect.map(({ key, answer: { tokens, logprobs, stopReason } }) => ({
              tokens,
              logprobs,
              finish: stopReason,
              key,
            })),
          )
      },
      score: (tokens, caller) =>
        journal
          .call({
            key: callKey({ kind: "sample", model: identity, body: { score: tokens }, sampleIndex: 0, scope: "" }),
            kind: "sample",
            ...caller,
            model: spec.name,
            unpriced,
            request: { identity, score: tokens },
            answer: Schema.Array(Schema.Number),
            send: ({ begin }) =>
              target((at) => inWave("score", trainer.sampler(at).logprobs(tokens))).pipe(
                Effect.map((answer) => ({ answer, usage: readOnly(tokens.length) })),
                (sending) => Effect.zipRight(begin, sending),
                charging(spec, "sample", readOnly(tokens.length)),
                asLlmError,
              ),
          })
          .pipe(Effect.map(({ answer }) => answer)),
    }
    return model
  })
