/** What the configured Tinker server can't do of a run, told before anything is spent. */
import { FetchHttpClient } from "@effect/platform"
import { Config, Effect, Option, Schema } from "effect"
import { makeTinkerHttp } from "../layers/training/tinker/TinkerHttp.ts"
import { discover, notOffered } from "../layers/training/tinker/TinkerServer.ts"
import type { Graph, Plan } from "../src/index.ts"
import type { TrainerCapabilities } from "../src/ports/Trainer.ts"
import { isOnTrainer } from "./configuredTrainer.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"

export class ServerCantDo extends Schema.TaggedError<ServerCantDo>()("ServerCantDo", {
  url: Schema.String,
  reasons: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    return [
      `The trainer at ${this.url} can't do what this experiment asks:`,
      ...this.reasons.map((reason) => `  ${reason}`),
      "Nothing was spent. Change the experiment, or the trainer in understudy.config.ts.",
    ].join("\n")
  }
}

/** Of a server that doesn't answer nothing is said: the run itself waits for it, or suspends what needs it. */
export const refuseByServer = (
  { nodes }: Graph.Graph,
  left: ReadonlyArray<Plan.PlannedStep>,
  { trainer }: Pick<UnderstudyConfig, "trainer">,
) =>
  Effect.gen(function* () {
    const wanted = new Set(
      left.flatMap(({ demands }) => demands.map(({ model }) => model).filter(isOnTrainer)).map(nameOf),
    )
    if (trainer.kind !== "tinker" || wanted.size === 0) return
    const server = yield* Effect.option(askServer(trainer))
    if (Option.isNone(server)) return
    const steps = new Set(left.map(({ id }) => id))
    const inputs = nodes.filter(({ id }) => steps.has(id)).map(({ id, step }) => ({ id, input: step.input }))
    const reasons = [
      ...[...wanted].flatMap((name) => notOffered(name, server.value.models) ?? []),
      ...inputs.flatMap(({ id, input }) => tooLong(id, input, server.value)),
      ...otherKind(trainer, server.value),
    ]
    if (reasons.length > 0) return yield* ServerCantDo.make({ url: trainer.url, reasons })
  })

type Tinker = Extract<UnderstudyConfig["trainer"], { kind: "tinker" }>

/** What a server of the Tinker protocol offers. */
export const askServer = ({ url, keyVariable }: Tinker) =>
  Effect.gen(function* () {
    const key = keyVariable === undefined ? {} : { apiKey: yield* Config.redacted(keyVariable) }
    return yield* discover(yield* makeTinkerHttp({ url, ...key, timing }))
  }).pipe(Effect.provide(FetchHttpClient.layer))

/** A dialect that isn't the server's scales losses wrongly. SkyRL's backends are only told apart by their first pass. */
export const otherKind = ({ dialect }: Tinker, { kind }: TrainerCapabilities): ReadonlyArray<string> => {
  const said = dialect === "hosted" ? "hosted" : "skyrl"
  return kind === undefined || kind === said
    ? []
    : [`it is ${names[kind]}, and the config takes it for ${names[said]}: set trainer.dialect to "${kind}"`]
}

const names = { skyrl: "SkyRL", hosted: "the hosted service" }

/** Lengths that a step asks for, beyond what the server says its model takes. Of two limits the lower one holds. */
const tooLong = (id: string, input: unknown, { models }: TrainerCapabilities): ReadonlyArray<string> => {
  const lengths = Schema.decodeUnknownOption(Lengths)(input)
  if (Option.isNone(lengths)) return []
  const { base, recipe, conversing = {} } = lengths.value
  const most = models.find(({ name }) => name === base.name)?.maxContextLength ?? Infinity
  const { totalTokens = Infinity } = recipe.limits ?? {}
  const { conversationTokens = Infinity, assistantTokens, maxTokens = 0 } = conversing
  const asked = {
    [totalTokens <= conversationTokens ? "limits.totalTokens" : "conversing.conversationTokens"]: Math.min(
      totalTokens,
      conversationTokens,
    ),
    [assistantTokens === undefined ? "conversing.maxTokens" : "conversing.assistantTokens"]:
      assistantTokens ?? maxTokens,
    maxTokens: recipe.maxTokens ?? 0,
  }
  return Object.entries(asked).flatMap(([setting, tokens]) =>
    tokens === Infinity || tokens <= most
      ? []
      : [`${setting} ${tokens} of ${id} is more than the ${most} tokens that ${base.name} takes there`],
  )
}

const tokens = Schema.optional(Schema.Number)
const Lengths = Schema.Struct({
  base: Schema.Struct({ name: Schema.String }),
  recipe: Schema.Struct({ maxTokens: tokens, limits: Schema.optional(Schema.Struct({ totalTokens: tokens })) }),
  conversing: Schema.optional(
    Schema.Struct({ maxTokens: tokens, assistantTokens: tokens, conversationTokens: tokens }),
  ),
})

const nameOf = ({ name }: { readonly name: string }) => name

/** Asked once, shortly: nothing is lost where no answer comes. */
const timing = { patience: "3 seconds", exchange: "5 seconds", backoff: "1 second" } as const
