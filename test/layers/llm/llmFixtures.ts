/** A language model in front of a scripted server, with a journal of its own. */
import { NodeContext } from "@effect/platform-node"
import { FileSystem } from "@effect/platform"
import { ConfigProvider, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Budget } from "../../../layers/llm/Budget.ts"
import type { Endpoint, LlmConfig, ServedModel } from "../../../layers/llm/LlmConfig.ts"
import * as ModelClients from "../../../layers/llm/ModelClients.ts"
import * as Model from "../../../layers/llm/Model.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import type { ChatRequest, LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { ScriptedOpenAi, ScriptedOpenAiOptions } from "../../support/ScriptedOpenAi.ts"

export interface Settings {
  readonly server?: ScriptedOpenAiOptions
  readonly endpoint?: Partial<Endpoint>
  readonly models?: Readonly<Record<string, ServedModel>>
  readonly clients?: Partial<ModelClients.ModelClientsOptions>
  readonly budgetMicros?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** Retries at once, so that tests don't wait. */
const impatient = { base: "1 millis", cap: "5 millis", patience: "1 second", firstPatience: "50 millis" } as const

export const withModel = <A, E>(
  settings: Settings,
  work: (server: ScriptedOpenAi) => Effect.Effect<A, E, LanguageModel | CallJournal | Scope.Scope>,
) =>
  Effect.gen(function* () {
    const server = yield* scriptedOpenAi(settings.server)
    const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
    return yield* Effect.provide(work(server), layerOf(settings, server.url, `${folder}/journal.db`))
  }).pipe(Effect.provide(NodeContext.layer), Effect.scoped)

/** Everything in front of a server that is there already, over a journal file. */
export const layerOf = (settings: Settings, url: string, journal: string, offline = false) => {
  const config: LlmConfig = {
    endpoints: { default: { url, ...settings.endpoint } },
    models: settings.models ?? {},
  }
  const budget = settings.budgetMicros === undefined ? Budget.unlimited : Budget.layer(settings.budgetMicros)
  return ModelClients.layer({ config, run: "test", retry: impatient, cooldown: "5 millis", ...settings.clients }).pipe(
    Layer.provide(budget),
    Layer.provideMerge(CallJournal.layer(journal, { offline })),
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(settings.environment ?? {}))))),
  )
}

export const chatRequest = (content: string, fields: Partial<ChatRequest> = {}): ChatRequest => ({
  model: Model.openai("small", { revision: "1" }),
  messages: [{ role: "user", content }],
  sampling: { maxTokens: 50, temperature: 0.5, seed: 7 },
  caller: { role: "assistant", step: "Rollout/v1-a" },
  ...fields,
})

export const failing = (status: number, error: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ({ kind: "reply", status, body: { error }, headers }) as const
