/** Whether the servers of the config answer, and serve what it names. Asks for lists of models, which costs nothing. */
import { FetchHttpClient, HttpClient, HttpClientRequest } from "@effect/platform"
import { Config, Effect, Either, Option, Redacted, Schema } from "effect"
import type { Endpoint } from "../../layers/llm/LlmConfig.ts"
import { notOffered } from "../../layers/training/tinker/TinkerServer.ts"
import { findProgram } from "../../layers/serving/ModelServer.ts"
import { gpusOf } from "../../layers/serving/ServeSpec.ts"
import type { ServeSpec } from "../../layers/serving/ServeSpec.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import { askServer, otherKind } from "../refuseByServer.ts"
import { broken, checking, ok, warning } from "./Check.ts"

export const serverChecks = ({ endpoints, models, trainer }: UnderstudyConfig) => [
  ...Object.entries(endpoints)
    // The default stands in every config; whoever names no model of it doesn't need its key.
    .filter(([name]) => name !== "default" || Object.values(models).some((model) => (model.endpoint ?? name) === name))
    .map(([name, endpoint]) => {
      const served = Object.entries(models)
        .filter(([, model]) => (model.endpoint ?? "default") === name)
        .map(([model, { servedAs }]) => servedAs ?? model)
      const { serve, url } = endpoint
      const check = `endpoint ${name}`
      if (url !== undefined) return checking(check, endpointCheck(check, { ...endpoint, url }, served))
      return checking(check, serve === undefined ? Effect.succeed(ok(check, "")) : servedCheck(check, name, serve))
    }),
  ...(trainer.kind === "tinker" ? [checking("trainer", tinkerCheck(trainer))] : []),
]

const endpointCheck = (check: string, { url, keyVariable }: Endpoint, wanted: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const key = yield* keyOf(keyVariable)
    if (keyVariable !== undefined && key === undefined)
      return broken(check, `${keyVariable} is not set. Set it to the key.`)
    const request = HttpClientRequest.get(`${url.replace(/\/+$/, "")}/models`)
    const { status, body } = yield* ask(key === undefined ? request : HttpClientRequest.bearerToken(request, key))
    if (status === 401 || status === 403)
      return broken(check, `${url} refuses the key in ${keyVariable ?? "no variable"}`)
    const listed = Option.getOrUndefined(Schema.decodeUnknownOption(Models)(body))
    if (status !== 200 || listed === undefined) {
      return warning(check, `${url} answers, but lists no models (${status}); whether it serves them shows in a run`)
    }
    const names = listed.data.map(({ id }) => id)
    const missing = wanted.filter((model) => !names.includes(model))
    if (missing.length === 0) return ok(check, `${url} serves ${wanted.join(", ") || `${names.length} models`}`)
    return broken(
      check,
      `${url} does not serve ${missing.join(", ")}; it has ${names.slice(0, 10).join(", ") || "none"}`,
    )
  })

/** Whether a run could start it; that it then serves shows in the run. */
const servedCheck = (check: string, endpoint: string, serve: ServeSpec) =>
  Effect.map(findProgram(endpoint, serve.command?.[0] ?? "vllm"), (program) => {
    const gpus = gpusOf(serve)
    return ok(
      check,
      `${program} is started with ${serve.model} on ${gpus === 0 ? "the CPU" : `${gpus} GPU`} when needed`,
    )
  })

const tinkerCheck = (trainer: Extract<UnderstudyConfig["trainer"], { kind: "tinker" }>) =>
  Effect.gen(function* () {
    const { url, keyVariable, tokenizers } = trainer
    const key = yield* keyOf(keyVariable)
    if (keyVariable !== undefined && key === undefined) {
      return broken("trainer", `${keyVariable} is not set. Set it to the key.`)
    }
    const found = yield* Effect.either(askServer(trainer))
    if (Either.isLeft(found))
      return broken("trainer", `${url} is no server of the Tinker protocol, or refuses the key: ${found.left.message}`)
    const { models } = found.right
    const wrong = [
      ...Object.keys(tokenizers).flatMap((model) => notOffered(model, models) ?? []),
      ...otherKind(trainer, found.right),
    ]
    return wrong.length === 0
      ? ok("trainer", `${url} trains ${models.map(({ name }) => name).join(", ")}`)
      : broken("trainer", `${url}: ${wrong.join("; ")}`)
  })

/** The status and, where there is one, the JSON of an answer. A server that doesn't answer fails with its address. */
const ask = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const response = yield* client.execute(request)
    return { status: response.status, body: yield* Effect.orElseSucceed(response.json, () => undefined) }
  }).pipe(
    Effect.timeout(patience),
    Effect.mapError(
      () =>
        new Error(`${request.url} does not answer. Check the URL in understudy.config.ts, and that the server runs.`),
    ),
    Effect.provide(FetchHttpClient.layer),
  )

const keyOf = (variable: string | undefined) =>
  variable === undefined
    ? Effect.succeed(undefined)
    : Effect.map(Effect.option(Config.redacted(variable)), (key) =>
        Option.getOrUndefined(Option.filter(key, (secret) => Redacted.value(secret) !== "")),
      )

const Models = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
const patience = "10 seconds"
