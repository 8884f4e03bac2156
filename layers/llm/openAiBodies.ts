/** Requests as an OpenAI-compatible server takes them. The body, less the journal's exclusions, is a call's identity. */
import { JSONSchema, Schema } from "effect"
import type { Usage } from "../../src/domain/ModelSpec.ts"
import type { ChatRequest, CompletionRequest, Sampling } from "../../src/ports/LanguageModel.ts"
import type { Resolved } from "./LlmConfig.ts"

export type Body = Readonly<Record<string, unknown>>

export const chatBody = ({ served, wireName }: Resolved, { messages, sampling, jsonSchema }: ChatRequest): Body =>
  withExtra(
    {
      model: wireName,
      messages: messages.map(({ role, content }) => ({ role, content })),
      ...samplingFields(sampling, served.tokenLimit ?? "max_tokens"),
      ...(jsonSchema === undefined
        ? {}
        : {
            response_format: {
              type: "json_schema",
              json_schema: { name: jsonSchema.name, strict: true, schema: jsonSchemaOf(jsonSchema.schema) },
            },
          }),
    },
    served.extra,
  )

export const completionBody = ({ served, wireName }: Resolved, { prompt, sampling, extra }: CompletionRequest): Body =>
  withExtra({ model: wireName, prompt, ...samplingFields(sampling, "max_tokens"), ...extra }, served.extra)

/**
 * What a call can come to at most: a token is at least one byte of text, and a chat template adds a few tokens to each
 * message and perhaps a system prompt of its own.
 */
export const worstUsage = (body: Body, maxTokens: number): Usage => ({
  promptTokens: Buffer.byteLength(JSON.stringify(body["messages"] ?? body["prompt"])) + templateTokens,
  completionTokens: maxTokens,
})

const templateTokens = 128

const samplingFields = ({ maxTokens, temperature, topP, seed, stop }: Sampling, tokenLimit: string): Body => ({
  [tokenLimit]: maxTokens,
  temperature,
  ...(topP === undefined ? {} : { top_p: topP }),
  seed,
  ...(stop === undefined || stop.length === 0 ? {} : { stop }),
})

/** Null takes a field out: some models refuse `temperature` or `seed`. */
const withExtra = (body: Body, extra: Body | undefined): Body =>
  extra === undefined
    ? body
    : Object.fromEntries(Object.entries({ ...body, ...extra }).filter(([, value]) => value !== null))

const schemas = new WeakMap<object, unknown>()

const jsonSchemaOf = (schema: Schema.Schema.Any): unknown => {
  const known = schemas.get(schema)
  if (known !== undefined) return known
  const { $schema: _, ...made } = JSONSchema.make(schema)
  const accepted = withoutLengths(made)
  schemas.set(schema, accepted)
  return accepted
}

/** Strict servers refuse bounds on the length of strings; the answer is decoded by the whole schema in any case. */
const withoutLengths = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutLengths)
  if (typeof value !== "object" || value === null) return value
  const isString = "type" in value && value.type === "string"
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isString || (key !== "minLength" && key !== "maxLength"))
      .map(([key, inner]) => [key, withoutLengths(inner)]),
  )
}
