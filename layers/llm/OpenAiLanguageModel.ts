/** A model on an OpenAI-compatible server as a `LanguageModel`: every answer comes from the journal or goes into it. */
import { Effect, Either, Schema } from "effect"
import { InvalidOutput, Misconfigured, Refused } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { costMicros } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec, Usage } from "../../src/domain/ModelSpec.ts"
import type { Answer, CallJournal, Sending } from "../../src/journal/CallJournal.ts"
import { callKey } from "../../src/journal/CallKey.ts"
import type { Caller, ChatRequest, LanguageModel, Sampling, TextReply } from "../../src/ports/LanguageModel.ts"
import type { Budget } from "./Budget.ts"
import type { Resolved } from "./LlmConfig.ts"
import { KeptReply } from "./OpenAiClient.ts"
import type { OpenAiClient } from "./OpenAiClient.ts"
import type { OpenAiEndpoint } from "./OpenAiEndpoint.ts"
import { looseJson } from "./looseJson.ts"
import { chatBody, completionBody, worstUsage } from "./openAiBodies.ts"
import type { Body } from "./openAiBodies.ts"

export interface OpenAiLanguageModelOptions {
  readonly spec: ModelSpec
  readonly resolved: Resolved
  readonly client: OpenAiClient
  readonly endpoint: Pick<OpenAiEndpoint, "send">
  readonly journal: Pick<typeof CallJournal.Service, "call">
  readonly budget: typeof Budget.Service
  /** Why nothing may be sent; answers that the journal has are given all the same. */
  readonly blocked: Misconfigured | undefined
  /** The run: part of the identity of calls to models that nothing dates. */
  readonly run: string
}

export const makeOpenAiLanguageModel = (options: OpenAiLanguageModelOptions): typeof LanguageModel.Service => {
  const { spec, resolved, client, endpoint, journal, budget, run } = options
  const { price } = resolved.served
  const model = resolved.identity ?? spec.name
  const scope = resolved.identity === undefined ? run : ""
  const micros = (usage: Usage) => (price === undefined ? 0 : costMicros(usage, price))
  const blocked = options.blocked ?? (budget.limited && price === undefined ? noPrice(client, spec.name) : undefined)

  const call = (kind: "chat" | "completion", body: Body, sampling: Sampling, caller: Caller) => {
    const key = callKey({ kind, model, body, sampleIndex: sampling.sampleIndex ?? 0, scope })
    // Only asked for when something is sent: most calls of a rerun are answered by the journal.
    const worst = () => worstUsage(body, sampling.maxTokens)
    const send = (sending: Sending): ReturnType<OpenAiEndpoint["send"]> => {
      if (blocked !== undefined) return Effect.fail(blocked)
      const { asked } = client
      const once = kind === "chat" ? client.chat(body) : client.complete(body)
      const most = worst()
      const worstMicros = micros(most)
      return endpoint.send({ asked, key, step: caller.step, worst: most, worstMicros, micros, sending, once })
    }
    return journal.call({
      key,
      kind,
      step: caller.step,
      role: caller.role,
      // Accounts are kept by the name that plans use.
      model: spec.name,
      unpriced: price === undefined,
      request: body,
      answer: KeptReply,
      get worstMicros() {
        return micros(worst())
      },
      send,
    })
  }

  const { url, model: wireName } = client.asked
  const where = { endpoint: url, model: wireName }

  return {
    chat: (request) =>
      Effect.flatMap(call("chat", chatBody(resolved, request), request.sampling, request.caller), (answer) =>
        Effect.flatMap(textReply(answer, where), (reply) => structured(reply, request, where)),
      ),
    complete: (request) =>
      Effect.flatMap(
        call("completion", completionBody(resolved, request), request.sampling, request.caller),
        (answer) => textReply(answer, where),
      ),
  }
}

interface Where {
  readonly endpoint: string
  readonly model: string
}

/** A refusal is kept like any answer, so that a replay refuses too. */
const textReply = ({ key, usage, answer }: Answer<KeptReply>, where: Where): Effect.Effect<TextReply, LlmError> =>
  answer.finish === "refused"
    ? Effect.fail(Refused.make({ ...where, detail: `${answer.refusal ?? "content filter"} (call ${key})` }))
    : Effect.succeed({ text: answer.text, finish: answer.finish, usage, key })

/** Servers that ignore the schema put the JSON into a fence, after thoughts, or into quotes of another language. */
const structured = (
  reply: TextReply,
  { jsonSchema }: ChatRequest,
  where: Where,
): Effect.Effect<TextReply, LlmError> => {
  if (jsonSchema === undefined) return Effect.succeed(reply)
  // Callers give schemas that need no services: they are sent as JSON schemas.
  const schema = jsonSchema.schema as Schema.Schema<unknown>
  const strictly = Schema.decodeUnknownEither(Schema.parseJson(schema))(reply.text)
  if (Either.isRight(strictly)) return Effect.succeed(reply)
  const cut = reply.finish === "length"
  // Half an answer could be mended into a whole one that nobody gave.
  const value = cut ? undefined : looseJson(reply.text)
  if (value !== undefined && Either.isRight(Schema.decodeUnknownEither(schema)(value))) {
    return Effect.succeed({ ...reply, text: JSON.stringify(value) })
  }
  const why = `${cut ? "it was cut off at the token limit; " : ""}${strictly.left.message}`
  const detail = `not a ${jsonSchema.name}: ${why} (call ${reply.key})`
  return Effect.fail(InvalidOutput.make({ ...where, detail, text: reply.text, key: reply.key }))
}

const noPrice = ({ asked }: OpenAiClient, model: string) =>
  Misconfigured.make({
    endpoint: asked.url,
    model,
    detail: "there is a budget, and the model has no price",
    advice: `Give ${JSON.stringify(model)} a \`price\` in understudy.config.ts (0 for your own server), or run without --budget.`,
  })
