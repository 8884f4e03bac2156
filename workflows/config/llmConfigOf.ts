/** What model clients need of the config: every endpoint with an address, every served model with its endpoint. */
import { Struct } from "effect"
import type { LlmConfig, ServedModel } from "../../layers/llm/LlmConfig.ts"
import { adaptersOf, namesOf } from "../../layers/serving/ServeSpec.ts"
import type { ServeSpec } from "../../layers/serving/ServeSpec.ts"
import type { UnderstudyConfig } from "./UnderstudyConfig.ts"

/** `urls`: where the servers of a run listen, by endpoint; without them their endpoints have a name in its place. */
export const llmConfigOf = (
  { endpoints, models }: Pick<UnderstudyConfig, "endpoints" | "models">,
  urls: Readonly<Record<string, string>> = {},
): LlmConfig => {
  const served = servesOf(endpoints)
  return {
    endpoints: Object.fromEntries(
      Object.entries(endpoints).map(([name, endpoint]) => [
        name,
        { ...Struct.omit(endpoint, "serve"), url: endpoint.url ?? urls[name] ?? `the server of endpoint ${name}` },
      ]),
    ),
    models: {
      ...Object.fromEntries(
        served.flatMap(({ endpoint, serve }) =>
          namesOf(serve).map((name): readonly [string, ServedModel] => [name, dated({ endpoint }, serve, name)]),
        ),
      ),
      ...Object.fromEntries(
        Object.entries(models).map(([name, model]) => {
          const serve = endpoints[model.endpoint ?? "default"]?.serve
          return [name, serve === undefined ? model : dated(model, serve, model.servedAs ?? name)]
        }),
      ),
    },
  }
}

/** The endpoints whose servers a run starts. */
export const servesOf = (endpoints: UnderstudyConfig["endpoints"]) =>
  Object.entries(endpoints).flatMap(([endpoint, { serve, keyVariable }]) =>
    serve === undefined ? [] : [{ endpoint, serve, keyVariable }],
  )

/** What is served tells what it is: the revision of the weights, or the step that made the adapter. */
const dated = (model: ServedModel, serve: ServeSpec, wireName: string): ServedModel => {
  if (model.revision !== undefined || serve.kind !== "vllm") return model
  const adapter = adaptersOf(serve)[wireName]
  if (adapter !== undefined) return "step" in adapter ? { ...model, revision: adapter.step } : model
  return serve.revision === undefined ? model : { ...model, revision: serve.revision }
}
