/** One model on an OpenAI-compatible server: single requests, each sent once, with typed answers and failures. */
import { Clock, Effect, Either, Redacted, Schema } from "effect"
import OpenAI from "openai"
import { InvalidOutput, Misconfigured } from "../../src/domain/LlmError.ts"
import type { Usage } from "../../src/domain/ModelSpec.ts"
import { schemaIssues } from "../../src/domain/schemaIssues.ts"
import type { Resolved } from "./LlmConfig.ts"
import { failureOf, modelAdvice } from "./OpenAiErrors.ts"
import type { Asked, Failed } from "./OpenAiErrors.ts"
import type { Body } from "./openAiBodies.ts"
import type { Fetch } from "./UndiciFetch.ts"

/** An answer as the journal keeps it: what was paid for, of use or not. */
export const KeptReply = Schema.Struct({
  text: Schema.String,
  finish: Schema.Literal("stop", "length", "refused"),
  /** What the model or its filter said instead of answering. */
  refusal: Schema.optional(Schema.String),
})
export type KeptReply = typeof KeptReply.Type

export interface Reply {
  readonly kept: KeptReply
  /** Undefined where the server does not count. */
  readonly usage: Usage | undefined
}

export interface OpenAiClient {
  readonly asked: Asked
  readonly chat: (body: Body) => Effect.Effect<Reply, Failed>
  readonly complete: (body: Body) => Effect.Effect<Reply, Failed>
}

export const makeOpenAiClient = (options: {
  readonly resolved: Resolved
  readonly key: Redacted.Redacted | undefined
  readonly fetch: Fetch
}): OpenAiClient => {
  const { resolved, key, fetch } = options
  const { url, keyVariable, timeoutSeconds = defaultTimeout } = resolved.endpoint
  const asked: Asked = { url, model: resolved.wireName, keyVariable }
  const client = new OpenAI({
    baseURL: url,
    // The SDK wants one; a server without keys ignores it.
    apiKey: key === undefined ? "none" : Redacted.value(key),
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutSeconds * 1000,
    fetch,
    logLevel: "off",
  })

  const served: Effect.Effect<ReadonlyArray<string> | undefined> = Effect.tryPromise((signal) =>
    client.models.list({ signal, timeout: 5000 }),
  ).pipe(
    Effect.map((page) => page.data.map(({ id }) => id)),
    Effect.orElseSucceed(() => undefined),
  )

  const explain = (failed: Failed): Effect.Effect<never, Failed> => {
    const error = withoutKey(failed.error, key)
    if (!failed.unknownModel || error._tag !== "Misconfigured") return Effect.fail({ ...failed, error })
    return Effect.flatMap(served, (names) =>
      Effect.fail({ ...failed, error: Misconfigured.make({ ...error, advice: modelAdvice(asked, names) }) }),
    )
  }

  const post = <A extends Decoded, I>(path: string, schema: Schema.Schema<A, I>, read: (reply: A) => KeptReply) => {
    const decode = Schema.decodeUnknownEither(schema)
    return (body: Body): Effect.Effect<Reply, Failed> =>
      Effect.tryPromise({
        try: (signal) => client.post<unknown>(path, { body, signal }),
        catch: (cause) => cause,
      }).pipe(
        Effect.catchAll((cause) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => explain(failureOf(cause, asked, now))),
        ),
        Effect.flatMap((reply) =>
          Either.match(decode(reply), {
            onLeft: (error) => Effect.fail(malformed(asked, schemaIssues(error).join("; "), reply)),
            onRight: (decoded) => Effect.succeed({ kept: read(decoded), usage: usageOf(decoded) }),
          }),
        ),
      )
  }

  return {
    asked,
    chat: post("/chat/completions", ChatReply, readChat),
    complete: post("/completions", TextCompletion, readText),
  }
}

const defaultTimeout = 600

const Counted = Schema.NullishOr(
  Schema.Struct({ prompt_tokens: Schema.NonNegativeInt, completion_tokens: Schema.optional(Schema.NonNegativeInt) }),
)
const Finish = Schema.NullishOr(Schema.String)

const ChatReply = Schema.Struct({
  choices: Schema.NonEmptyArray(
    Schema.Struct({
      finish_reason: Finish,
      message: Schema.Struct({ content: Schema.NullishOr(Schema.String), refusal: Schema.NullishOr(Schema.String) }),
    }),
  ),
  usage: Counted,
})

const TextCompletion = Schema.Struct({
  choices: Schema.NonEmptyArray(Schema.Struct({ finish_reason: Finish, text: Schema.String })),
  usage: Counted,
})

type Decoded = { readonly usage?: typeof Counted.Type }

const readChat = ({ choices: [{ finish_reason, message }] }: typeof ChatReply.Type): KeptReply => {
  const text = message.content ?? ""
  if (typeof message.refusal === "string" && message.refusal !== "") {
    return { text, finish: "refused", refusal: message.refusal }
  }
  return { text, finish: finishOf(finish_reason) }
}

const readText = ({ choices: [{ finish_reason, text }] }: typeof TextCompletion.Type): KeptReply => ({
  text,
  finish: finishOf(finish_reason),
})

const finishOf = (reason: string | null | undefined): KeptReply["finish"] =>
  reason === "length" ? "length" : reason === "content_filter" ? "refused" : "stop"

const usageOf = ({ usage }: Decoded): Usage | undefined =>
  usage === null || usage === undefined
    ? undefined
    : { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens ?? 0 }

const malformed = ({ url, model }: Asked, reason: string, reply: unknown): Failed => {
  const text = typeof reply === "string" ? reply : (JSON.stringify(reply) ?? String(reply))
  const detail = `the answer is not one of this API (${reason}): ${text.slice(0, 200)}`
  return {
    error: InvalidOutput.make({ endpoint: url, model, detail, text }),
    maybeBilled: true,
    unknownModel: false,
  }
}

/** Some servers repeat the key that they refuse. */
const withoutKey = (error: Failed["error"], key: Redacted.Redacted | undefined): Failed["error"] => {
  const secret = key === undefined ? "" : Redacted.value(key)
  if (secret === "" || !("detail" in error) || !error.detail.includes(secret)) return error
  const detail = error.detail.replaceAll(secret, "<key>")
  return Object.assign(error, { detail })
}
