/**
 * `understudy.config.ts`: where models are reached, what they cost, which trainer there is. It is environment, not
 * experiment: nothing in it enters a step's id.
 */
import { Schema } from "effect"
import { Price } from "../../src/domain/ModelSpec.ts"
import { defaultLlmConfig, HttpUrl, LlmConfig } from "../../layers/llm/LlmConfig.ts"

/** The training server. `embedded` starts SkyRL on this machine's CPU; `tinker` is any server of the Tinker protocol. */
export const TrainerConfig = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("embedded") }),
  Schema.Struct({
    kind: Schema.Literal("tinker"),
    /** Without `/api/v1`. */
    url: HttpUrl,
    /** Name of the environment variable that holds the API key. */
    keyVariable: Schema.optional(Schema.NonEmptyString),
    /** Default `skyrl`; `hosted` for the hosted service, whose losses are sums. */
    dialect: Schema.optional(Schema.Literal("skyrl", "hosted")),
    /** Models that the server can hold at once. Default 2. */
    places: Schema.optional(Schema.Int.pipe(Schema.positive())),
    /** Folders with tokenizer.json and tokenizer_config.json of base models, by the models' names. */
    tokenizers: Schema.Record({ key: Schema.String, value: Schema.NonEmptyString }),
    /** By the models' names. `prompt` and `completion` are of sampling, `train` of tokens that are trained on. */
    prices: Schema.optional(
      Schema.Record({ key: Schema.String, value: Schema.Struct({ ...Price.fields, train: Schema.NonNegative }) }),
    ),
  }),
)
export type TrainerConfig = typeof TrainerConfig.Type

export const UnderstudyConfig = Schema.Struct({
  endpoints: Schema.optionalWith(LlmConfig.fields.endpoints, { default: () => defaultLlmConfig.endpoints }),
  models: Schema.optionalWith(LlmConfig.fields.models, { default: () => defaultLlmConfig.models }),
  trainer: Schema.optionalWith(TrainerConfig, { default: () => ({ kind: "embedded" as const }) }),
}).pipe(
  Schema.filter(({ endpoints, models }) =>
    // A model that is trained needs none.
    Object.entries(models).flatMap(([name, { endpoint }]) =>
      endpoint === undefined || Object.hasOwn(endpoints, endpoint)
        ? []
        : [
            {
              path: ["models", name, "endpoint"],
              message: `there is no endpoint "${endpoint}": \`endpoints\` has ${Object.keys(endpoints).join(", ") || "none"}`,
            },
          ],
    ),
  ),
)
export type UnderstudyConfig = typeof UnderstudyConfig.Type

/** Steps under way at once where nothing is said: the embedded trainer is kept busy by one. */
export const stepsAtOnce = ({ trainer }: UnderstudyConfig): number => (trainer.kind === "embedded" ? 1 : 8)

/** Types the default export of `understudy.config.ts`. */
export const defineConfig = (config: typeof UnderstudyConfig.Encoded) => config
