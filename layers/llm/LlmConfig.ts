/** Where models are reached, what they cost and how fast they may be called: environment, never part of a step's id. */
import { Either, Schema } from "effect"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import { Price } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"

/** An address with its scheme: without one a typing error would look like an outage. */
export const HttpUrl = Schema.NonEmptyString.pipe(
  Schema.filter((text) => {
    const scheme = URL.canParse(text) ? new URL(text).protocol : undefined
    return (
      scheme === "http:" ||
      scheme === "https:" ||
      `Expected an address such as http://127.0.0.1:8000, actual ${JSON.stringify(text)}`
    )
  }),
)

/** An OpenAI-compatible server. All models on it share its limits. */
export const Endpoint = Schema.Struct({
  /** Base URL, up to and with `/v1`. */
  url: HttpUrl,
  /** Name of the environment variable that holds the API key. Left out: the server needs none. */
  keyVariable: Schema.optional(Schema.NonEmptyString),
  /** For one request, answer included. Default 600. */
  timeoutSeconds: Schema.optional(Schema.Positive),
  /** Requests at once, at most; the limit adapts below it. Default 256. */
  concurrency: Schema.optional(Schema.Int.pipe(Schema.positive())),
  requestsPerMinute: Schema.optional(Schema.Positive),
  /** Prompt and completion together. */
  tokensPerMinute: Schema.optional(Schema.Positive),
})
export type Endpoint = typeof Endpoint.Type

/** How a model of an experiment is reached. */
export const ServedModel = Schema.Struct({
  /** A name in `endpoints`. Default `default`. */
  endpoint: Schema.optional(Schema.NonEmptyString),
  /** The name that the server knows it by, where it differs. */
  servedAs: Schema.optional(Schema.NonEmptyString),
  /** Dated name or weights revision: what makes answers reusable in other runs. */
  revision: Schema.optional(Schema.NonEmptyString),
  price: Schema.optional(Price),
  /** The field that limits the answer's length. Default `max_tokens`; reasoning models want the other one. */
  tokenLimit: Schema.optional(Schema.Literal("max_tokens", "max_completion_tokens")),
  /** Further fields of the request, such as `chat_template_kwargs`; null leaves a field out. Part of a call's identity. */
  extra: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
})
export type ServedModel = typeof ServedModel.Type

export const LlmConfig = Schema.Struct({
  endpoints: Schema.Record({ key: Schema.String, value: Endpoint }),
  models: Schema.Record({ key: Schema.String, value: ServedModel }),
})
export type LlmConfig = typeof LlmConfig.Type

/** What holds without a config: models are looked for at OpenAI. */
export const defaultLlmConfig: LlmConfig = {
  endpoints: { default: { url: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY" } },
  models: {},
}

export interface Resolved {
  /** The endpoint's name in the config. */
  readonly endpointName: string
  readonly endpoint: Endpoint
  readonly served: ServedModel
  /** What the server calls the model. */
  readonly wireName: string
  /** Undefined where nothing dates the model: its answers are then good for one run only (contract 1). */
  readonly identity: string | undefined
}

export const resolveModel = (config: LlmConfig, spec: ModelSpec): Either.Either<Resolved, Misconfigured> => {
  const served: ServedModel = config.models[spec.name] ?? {}
  const endpointName = served.endpoint ?? "default"
  const endpoint = config.endpoints[endpointName]
  if (endpoint === undefined) return Either.left(noEndpoint(config, spec.name, endpointName))
  const wireName = served.servedAs ?? spec.name
  const revision = spec.revision ?? served.revision
  const identity = revision === undefined ? (dated.test(wireName) ? wireName : undefined) : `${spec.name}@${revision}`
  return Either.right({ endpointName, endpoint, served, wireName, identity })
}

/** Names such as `gpt-4o-2024-08-06` or `claude-sonnet-4-20250514` never change their meaning. */
const dated = /-20\d\d-?\d\d-?\d\d$/

const noEndpoint = (config: LlmConfig, model: string, endpoint: string) =>
  Misconfigured.make({
    endpoint,
    model,
    detail: "the config has no such endpoint",
    advice: `Add ${JSON.stringify(endpoint)} to \`endpoints\` of understudy.config.ts, or give ${JSON.stringify(model)} one of those that are there (${Object.keys(config.endpoints).join(", ") || "none"}) in \`models\`.`,
  })
