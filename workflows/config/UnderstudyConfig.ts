/**
 * `understudy.config.ts`: where models are reached, what they cost, which trainer there is. It is environment, not
 * experiment: nothing in it enters a step's id.
 */
import { Schema } from "effect"
import { Price } from "../../src/domain/ModelSpec.ts"
import { defaultLlmConfig, Endpoint, HttpUrl, LlmConfig } from "../../layers/llm/LlmConfig.ts"
import { gpusOf, namesOf, ServeSpec } from "../../layers/serving/ServeSpec.ts"

/** The training server. `embedded` starts SkyRL on this machine's CPU; `tinker` is any server of the Tinker protocol. */
export const TrainerConfig = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("embedded") }),
  Schema.Struct({
    kind: Schema.Literal("tinker"),
    /** Without `/api/v1`. */
    url: HttpUrl,
    /** Name of the environment variable that holds the API key. */
    keyVariable: Schema.optional(Schema.NonEmptyString),
    /**
     * Which server it is. Default `skyrl`: SkyRL with its FSDP or Megatron backend. `skyrl-jax`: with its JAX backend,
     * as `understudy trainer serve` starts it. `hosted`: the hosted service.
     */
    dialect: Schema.optional(Schema.Literal("skyrl", "skyrl-jax", "hosted")),
    /** Models that the server can hold at once: as many steps that need one run at once. Default 2. */
    places: Schema.optional(Schema.Int.pipe(Schema.positive())),
    /** Samples under way at once, where the server batches by itself. Default 256. */
    concurrency: Schema.optional(Schema.Int.pipe(Schema.positive())),
    /** Folders with tokenizer.json and tokenizer_config.json of base models, by the models' names. */
    tokenizers: Schema.Record({ key: Schema.String, value: Schema.NonEmptyString }),
    /** By the models' names. `prompt` and `completion` are of sampling, `train` of tokens that are trained on. */
    prices: Schema.optional(
      Schema.Record({ key: Schema.String, value: Schema.Struct({ ...Price.fields, train: Schema.NonNegative }) }),
    ),
  }),
)
export type TrainerConfig = typeof TrainerConfig.Type

/** A server that runs somewhere, by its address, or one that a run starts on this machine when it first needs it. */
export const EndpointConfig = Schema.Struct({
  ...Endpoint.fields,
  url: Schema.optional(HttpUrl),
  serve: Schema.optional(ServeSpec),
}).pipe(
  Schema.filter(
    ({ url, serve }) => (url === undefined) !== (serve === undefined) || "give it either a `url` or `serve`",
  ),
)
export type EndpointConfig = typeof EndpointConfig.Type

/** A GPU as CUDA_VISIBLE_DEVICES names it: its index, or its UUID. */
const Gpu = Schema.Union(Schema.NonNegativeInt, Schema.NonEmptyString)

export const UnderstudyConfig = Schema.Struct({
  endpoints: Schema.optionalWith(Schema.Record({ key: Schema.String, value: EndpointConfig }), {
    default: () => defaultLlmConfig.endpoints,
  }),
  models: Schema.optionalWith(LlmConfig.fields.models, { default: () => defaultLlmConfig.models }),
  trainer: Schema.optionalWith(TrainerConfig, { default: () => ({ kind: "embedded" as const }) }),
  /** This machine's GPUs that servers of endpoints may use. Default: none. */
  gpus: Schema.optional(Schema.Array(Gpu)),
}).pipe(
  Schema.filter(({ endpoints, models, gpus = [] }) => [
    ...servedIssues(endpoints, Object.keys(models), gpus),
    // A model that is trained needs no endpoint.
    ...Object.entries(models).flatMap(([name, { endpoint }]) =>
      endpoint === undefined || Object.hasOwn(endpoints, endpoint)
        ? []
        : [
            {
              path: ["models", name, "endpoint"],
              message: `there is no endpoint "${endpoint}": \`endpoints\` has ${Object.keys(endpoints).join(", ") || "none"}`,
            },
          ],
    ),
  ]),
)
export type UnderstudyConfig = typeof UnderstudyConfig.Type

/** Steps under way at once where nothing is said: the embedded trainer is kept busy by one. */
export const stepsAtOnce = ({ trainer }: UnderstudyConfig): number => (trainer.kind === "embedded" ? 1 : 8)

/** Servers that could never be given their GPUs, and models that two of them serve. */
function servedIssues(
  endpoints: Readonly<Record<string, EndpointConfig>>,
  named: ReadonlyArray<string>,
  gpus: ReadonlyArray<unknown>,
) {
  const seen = new Map<string, string>()
  return [
    ...(new Set(gpus.map(String)).size === gpus.length ? [] : [{ path: ["gpus"], message: "name each GPU once" }]),
    ...Object.entries(endpoints).flatMap(([name, { serve }]) => {
      if (serve === undefined) return []
      const asked = gpusOf(serve)
      const twice = namesOf(serve).filter((model) => !named.includes(model) && seen.has(model))
      for (const model of namesOf(serve)) seen.set(model, seen.get(model) ?? name)
      return [
        ...(asked <= gpus.length
          ? []
          : [
              {
                path: ["endpoints", name, "serve", "gpus"],
                message: `it needs ${asked} GPUs${serve.gpus === undefined ? " (the default)" : ""}, and \`gpus\` of the config declares ${gpus.length === 0 ? "none" : gpus.length}; declare this machine's, such as gpus: [0, 1], or give 0 for a server on the CPU`,
              },
            ]),
        ...twice.map((model) => ({
          path: ["endpoints", name, "serve"],
          message: `${model} is served by ${seen.get(model)} too; say in \`models\` which endpoint it is to be asked at`,
        })),
      ]
    }),
  ]
}

/** Types the default export of `understudy.config.ts`. */
export const defineConfig = (config: typeof UnderstudyConfig.Encoded) => config
