/** Every model of an experiment behind the one `LanguageModel`: made when first called, closed with the layer. */
import { Config, Deferred, Effect, FiberId, Layer, Option, Redacted, Scope } from "effect"
import type { Duration } from "effect"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import { Budget } from "./Budget.ts"
import { resolveModel } from "./LlmConfig.ts"
import type { Endpoint, LlmConfig } from "./LlmConfig.ts"
import { makeOpenAiClient } from "./OpenAiClient.ts"
import { makeOpenAiEndpoint } from "./OpenAiEndpoint.ts"
import type { OpenAiEndpoint } from "./OpenAiEndpoint.ts"
import { keyAdvice } from "./OpenAiErrors.ts"
import { makeOpenAiLanguageModel } from "./OpenAiLanguageModel.ts"
import { defaultRetryPolicy } from "./RetryPolicy.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import type { Upkeep } from "./Upkeep.ts"

/** Makes the client of one model; its resources last as long as the layer. */
export type Provider = (spec: ModelSpec) => Effect.Effect<typeof LanguageModel.Service, LlmError, Scope.Scope>

export interface ModelClientsOptions {
  readonly config: LlmConfig
  /** Tells this experiment's calls to models that nothing dates from those of others. Stays over a resume. */
  readonly run: string
  readonly retry?: Partial<RetryPolicy>
  /** Before a breaker's first probe. Default 1 second. */
  readonly cooldown?: Duration.DurationInput
  /** Of the endpoints whose servers this process starts, by name. */
  readonly upkeeps?: Readonly<Record<string, Upkeep>>
  /** Models that are no `openai` endpoint: those of the trainer. They journal their own calls. */
  readonly providers?: Partial<Record<ModelSpec["provider"], Provider>>
}

export const layer = (options: ModelClientsOptions): Layer.Layer<LanguageModel, never, CallJournal | Budget> =>
  Layer.scoped(LanguageModel, make(options))

type Client = typeof LanguageModel.Service

const make = Effect.fnUntraced(function* (options: ModelClientsOptions) {
  const scope = yield* Effect.scope
  const providers = { openai: yield* openAiProvider(options), ...options.providers }
  const clients = new Map<string, Effect.Effect<Client, LlmError>>()

  const clientOf = (spec: ModelSpec): Effect.Effect<Client, LlmError> =>
    Effect.suspend(() => {
      const name = `${spec.provider} ${spec.name} ${spec.revision ?? ""}`
      const known = clients.get(name)
      if (known !== undefined) return known
      const made = Deferred.unsafeMake<Client, LlmError>(FiberId.none)
      clients.set(name, Deferred.await(made))
      const provider = providers[spec.provider]
      return (provider === undefined ? Effect.fail(noProvider(spec)) : Scope.extend(provider(spec), scope)).pipe(
        // Awaiting what is there suspends the fiber all the same, and every call comes by here.
        Effect.tap((client) => Effect.sync(() => clients.set(name, Effect.succeed(client)))),
        // A failure is not remembered: the cause may be mended.
        Effect.onError(() => Effect.sync(() => clients.delete(name))),
        Effect.intoDeferred(made),
        Effect.uninterruptible,
        Effect.zipRight(Deferred.await(made)),
      )
    })
  return LanguageModel.of({
    chat: (request) => Effect.flatMap(clientOf(request.model), (client) => client.chat(request)),
    complete: (request) => Effect.flatMap(clientOf(request.model), (client) => client.complete(request)),
  })
})

const openAiProvider = Effect.fnUntraced(function* (options: ModelClientsOptions) {
  const { config, run, cooldown } = options
  const policy = { ...defaultRetryPolicy, ...options.retry }
  const journal = yield* CallJournal
  const budget = yield* Budget
  const endpoints = new Map<string, OpenAiEndpoint>()
  for (const [name, endpoint] of Object.entries(config.endpoints)) {
    const upkeep = options.upkeeps?.[name]
    endpoints.set(name, yield* makeOpenAiEndpoint({ endpoint, budget, policy, upkeep, ...(cooldown && { cooldown }) }))
  }
  const provider: Provider = (spec) =>
    Effect.gen(function* () {
      const resolved = yield* resolveModel(config, spec)
      const endpoint = endpoints.get(resolved.endpointName)!
      const key = yield* keyOf(resolved.endpoint)
      const client = makeOpenAiClient({ resolved, key, fetch: endpoint.fetch })
      const blocked =
        resolved.endpoint.keyVariable !== undefined && key === undefined ? noKey(resolved.endpoint, spec) : undefined
      return makeOpenAiLanguageModel({ spec, resolved, client, endpoint, journal, budget, blocked, run })
    })
  return provider
})

/** Undefined where none is named, or the variable is not set. */
const keyOf = ({ keyVariable }: Endpoint): Effect.Effect<Redacted.Redacted | undefined> =>
  keyVariable === undefined
    ? Effect.succeed(undefined)
    : Effect.map(Effect.option(Config.redacted(keyVariable)), (key) =>
        Option.getOrUndefined(Option.filter(key, (secret) => Redacted.value(secret) !== "")),
      )

const noKey = ({ url, keyVariable }: Endpoint, { name }: ModelSpec) =>
  Misconfigured.make({
    endpoint: url,
    model: name,
    detail: `the environment variable ${keyVariable} is not set`,
    advice: keyAdvice({ url, model: name, keyVariable }),
  })

const noProvider = ({ provider, name }: ModelSpec) =>
  Misconfigured.make({
    endpoint: provider,
    model: name,
    detail: `nothing here answers as text for ${provider} models`,
    advice: "Use a model of an endpoint (Model.openai) in this place.",
  })
