/** A server that a run starts for an endpoint, as `understudy.config.ts` describes it. */
import { Schema } from "effect"

/**
 * Weights of an adapter on top of the server's model, served under a name of its own: a folder in PEFT's format, or the
 * checkpoint of a finished step, by its id (or the beginning of it) in the home of the run.
 */
export const Adapter = Schema.Union(
  Schema.Struct({ folder: Schema.NonEmptyString }),
  Schema.Struct({ step: Schema.NonEmptyString }),
)
export type Adapter = typeof Adapter.Type

/** What every kind of server has. */
const common = {
  /** What it serves: a name on the Hugging Face hub, or a folder. */
  model: Schema.NonEmptyString,
  /** The name that requests use. Default `model`. */
  servedAs: Schema.optional(Schema.NonEmptyString),
  /** GPUs that it needs, of those that the config declares; 0 for a server on the CPU. Default 1. */
  gpus: Schema.optional(Schema.NonNegativeInt),
  /** Added to this process's environment, without the API keys that the config names. */
  env: Schema.optional(Schema.Record({ key: Schema.NonEmptyString, value: Schema.String })),
  /** On 127.0.0.1. Default: a free one. */
  port: Schema.optional(Schema.Int.pipe(Schema.between(1, 65535))),
  /** From its start until it lists its model, a download included. Default 1800. */
  readyWithinSeconds: Schema.optional(Schema.Positive),
  /** How many deaths within an hour are answered with a restart. Default 5. */
  maxRestarts: Schema.optional(Schema.NonNegativeInt),
}

/** `vllm serve`, with one tensor-parallel worker on each GPU. */
export const VllmSpec = Schema.Struct({
  kind: Schema.Literal("vllm"),
  /** Default `["vllm"]`, found in the PATH. What follows the program comes before `serve`. */
  command: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyString)),
  ...common,
  /** Revision of the weights on the hub. It also dates the answers of models that name no other revision. */
  revision: Schema.optional(Schema.NonEmptyString),
  /** Served beside the model, by their names. */
  adapters: Schema.optional(Schema.Record({ key: Schema.NonEmptyString, value: Adapter })),
  /** Further arguments, such as `["--max-model-len", "8192"]`. */
  args: Schema.optional(Schema.Array(Schema.String)),
})

/**
 * Any program with an OpenAI-compatible API at `http://127.0.0.1:{port}/v1`. `{port}`, `{model}` and `{servedAs}` in its
 * arguments stand for this spec's.
 */
export const ProgramSpec = Schema.Struct({
  kind: Schema.Literal("program"),
  command: Schema.NonEmptyArray(Schema.NonEmptyString),
  ...common,
})

export const ServeSpec = Schema.Union(VllmSpec, ProgramSpec)
export type ServeSpec = typeof ServeSpec.Type

export const gpusOf = ({ gpus }: ServeSpec): number => gpus ?? 1

export const adaptersOf = (spec: ServeSpec): Readonly<Record<string, Adapter>> =>
  spec.kind === "vllm" ? (spec.adapters ?? {}) : {}

/** Every name that requests to the server may use; the model's own is the first. */
export const namesOf = (spec: ServeSpec): ReadonlyArray<string> => [
  spec.servedAs ?? spec.model,
  ...Object.keys(adaptersOf(spec)),
]
