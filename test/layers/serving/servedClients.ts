/** Model clients in front of the servers of endpoints, with a journal of their own. */
import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Record } from "effect"
import { join } from "node:path"
import { Budget } from "../../../layers/llm/Budget.ts"
import * as Model from "../../../layers/llm/Model.ts"
import * as ModelClients from "../../../layers/llm/ModelClients.ts"
import * as ModelServers from "../../../layers/serving/ModelServers.ts"
import { namesOf } from "../../../layers/serving/ServeSpec.ts"
import type { ServeSpec } from "../../../layers/serving/ServeSpec.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { chatRequest } from "../llm/llmFixtures.ts"

/** Clients of the servers of `specs`, each serving the model of its endpoint's name. */
export const served = (
  folder: string,
  specs: Readonly<Record<string, ServeSpec>>,
  options: Partial<ModelServers.ModelServersOptions> = {},
) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const upkeeps = yield* ModelServers.make({
        endpoints: Record.map(specs, (spec) => ({ spec })),
        gpus: [],
        folder: join(folder, "logs"),
        adapter: (_, adapter) => Effect.succeed({ folder: "folder" in adapter ? adapter.folder : "", rank: 8 }),
        idle: "100 millis",
        ...options,
      })
      const config = {
        endpoints: Record.map(upkeeps, ({ url }) => ({ url })),
        models: Record.map(upkeeps, (_, endpoint) => ({
          endpoint,
          servedAs: specs[endpoint] === undefined ? endpoint : (namesOf(specs[endpoint]).at(-1) ?? endpoint),
        })),
      }
      const retry = {
        base: "20 millis",
        cap: "100 millis",
        patience: "20 seconds",
        firstPatience: "20 seconds",
      } as const
      return ModelClients.layer({ config, upkeeps, run: "test", retry, cooldown: "20 millis" })
    }),
  ).pipe(
    Layer.provide(Budget.unlimited),
    Layer.provide(CallJournal.layer(join(folder, "journal.db"))),
    Layer.provide(Layer.merge(NodeContext.layer, FetchHttpClient.layer)),
  )

export const ask = (name: string, content = "hello") =>
  Effect.gen(function* () {
    const { chat } = yield* LanguageModel
    const reply = yield* chat(chatRequest(content, { model: Model.openai(name, { revision: "1" }) }))
    return reply.text
  })
