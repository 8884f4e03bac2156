/** The model servers that a run starts: those that its config describes, on the GPUs that it declares. */
import { FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Config, Effect, Layer, Option, Schema } from "effect"
import { join } from "node:path"
import { readAdapter } from "../layers/serving/adapterFolder.ts"
import * as ModelServers from "../layers/serving/ModelServers.ts"
import { gpusOf } from "../layers/serving/ServeSpec.ts"
import type { Adapter } from "../layers/serving/ServeSpec.ts"
import { AdapterUnusable, TooManyGpus } from "../layers/serving/ServingErrors.ts"
import { exportAdapter } from "../layers/training/embedded/exportAdapter.ts"
import { Checkpoint } from "../src/domain/Results.ts"
import type { ModelSpec } from "../src/domain/ModelSpec.ts"
import { ArtifactStore, StepLedger } from "../src/index.ts"
import type { Home } from "../src/index.ts"
import { llmConfigOf, servesOf } from "./config/llmConfigOf.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"

export interface ServeModelsOptions {
  readonly config: UnderstudyConfig
  readonly home: Home.Paths
  /** The experiment's limit. */
  readonly gpus: number | undefined
  readonly onProgress: (line: string) => Effect.Effect<void>
}

/** By endpoint. Starts nothing until an endpoint is asked. */
export const serveModels = Effect.fn("serveModels")(function* ({ config, home, gpus, onProgress }: ServeModelsOptions) {
  const serves = servesOf(config.endpoints)
  if (serves.length === 0) return {}
  const kept = yield* Effect.context<ArtifactStore | StepLedger>()
  const endpoints: Record<string, ModelServers.ServedEndpoint> = {}
  for (const { endpoint, serve, keyVariable } of serves) {
    const key = keyVariable === undefined ? Option.none() : yield* Effect.option(Config.redacted(keyVariable))
    endpoints[endpoint] = { spec: serve, key: Option.getOrUndefined(key) }
  }
  const platform = yield* Layer.build(Layer.merge(NodeContext.layer, NodeHttpClient.layerUndici))
  return yield* ModelServers.make({
    endpoints,
    gpus: (config.gpus ?? []).map(String).slice(0, gpus),
    folder: join(home.logs, "servers"),
    adapter: (name, adapter) => adapterFolder(home, name, adapter).pipe(Effect.provide(kept), Effect.provide(platform)),
    keyVariables: new Set(
      [...Object.values(config.endpoints), config.trainer].flatMap((one) =>
        "keyVariable" in one && one.keyVariable !== undefined ? [one.keyVariable] : [],
      ),
    ),
    onProgress,
  }).pipe(Effect.provide(platform))
})

/** The servers that calls to these models would start. */
export const serversFor = (config: UnderstudyConfig, models: ReadonlyArray<ModelSpec>) => {
  const known = llmConfigOf(config).models
  const asked = new Set(
    models.flatMap(({ provider, name }) => (provider === "openai" ? [known[name]?.endpoint ?? "default"] : [])),
  )
  return servesOf(config.endpoints)
    .filter(({ endpoint }) => asked.has(endpoint))
    .map(({ endpoint, serve }) => ({ endpoint, kind: serve.kind, model: serve.model, gpus: gpusOf(serve) }))
}

/** A server that could never be given its GPUs within the experiment's limit is told before anything runs. */
export const refuseServers = (
  config: UnderstudyConfig,
  models: ReadonlyArray<ModelSpec>,
  limit: number | undefined,
): Effect.Effect<void, TooManyGpus> => {
  const declared = config.gpus?.length ?? 0
  const most = Math.min(declared, limit ?? declared)
  const tooMany = serversFor(config, models).find(({ gpus }) => gpus > most)
  if (tooMany === undefined) return Effect.void
  const { endpoint, gpus } = tooMany
  return TooManyGpus.make({ endpoint, asked: gpus, declared, ...(gpus > declared ? {} : { limit }) })
}

/** An adapter's folder as it is, or one made from a step's checkpoint, which stays in the home. */
const adapterFolder = Effect.fnUntraced(function* (home: Home.Paths, name: string, adapter: Adapter) {
  if ("folder" in adapter) return yield* readAdapter(name, adapter.folder)
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const unusable = (detail: string) => AdapterUnusable.make({ adapter: name, detail })
  const { step } = adapter
  const entry = yield* (yield* StepLedger).find(step)
  const output = Option.getOrUndefined(entry)
  if (output === undefined || output.state !== "done" || output.output === null) {
    return yield* unusable(`${home.folder} has no finished step ${step}; \`understudy steps\` lists those that it has`)
  }
  const { checkpoint } = yield* Effect.mapError(decodeTrained(output.output), () =>
    unusable(`${step} gives no checkpoint; steps of FineTuned and TrainAssistant do`),
  )
  const folder = path.join(home.folder, "servers", "adapters", checkpoint.state.sha256)
  const there = yield* Effect.orElseSucceed(fs.exists(folder), () => false)
  if (!there) {
    const packed = yield* (yield* ArtifactStore)
      .get(checkpoint.state)
      .pipe(Effect.mapError(({ message }) => unusable(message)))
    yield* Effect.mapError(exportAdapter(packed, folder), ({ message }) => unusable(message))
  }
  return yield* readAdapter(name, folder)
})

const decodeTrained = Schema.decode(Schema.parseJson(Schema.Struct({ checkpoint: Checkpoint })))
