/**
 * The embedded trainer, which is killed with the run and has to end by itself. Its database tells what it was asked:
 * requests are rows of `futures`, and the next start deletes those that were never answered.
 */
import { Reactivity } from "@effect/experimental"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Option, Schema } from "effect"
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Home } from "../../src/index.ts"
import * as signatures from "./signatures.ts"
import type { ServerCall, World } from "./World.ts"

export const embeddedWorld = (home: string) =>
  Effect.sync(() => {
    let last = 0
    const world: World = {
      experiment: fileURLToPath(new URL("realExperiment.ts", import.meta.url)),
      args: [],
      env: {},
      watch: () => {},
      calls: Effect.gen(function* () {
        const all = yield* futures(join(Home.paths(home).trainer, "tinker.db"))
        const asked = callsOf(all).filter(({ id }) => id > last)
        last = all.at(-1)?.request_id ?? last
        return asked.map(({ call }) => call)
      }),
      trainerDied: () => {},
    }
    return world
  })

const Future = Schema.Struct({
  request_id: Schema.Int,
  request_type: Schema.String,
  model_id: Schema.NullOr(Schema.String),
  request_data: Schema.parseJson(
    Schema.Struct({
      path: Schema.optional(Schema.NullOr(Schema.String)),
      prompt: Schema.optional(
        Schema.Struct({ chunks: Schema.Array(Schema.Struct({ tokens: Schema.Array(Schema.Int) })) }),
      ),
      prompt_logprobs: Schema.optional(Schema.NullOr(Schema.Boolean)),
      sampling_params: Schema.optional(Schema.Struct({ seed: Schema.Int })),
    }),
  ),
  result_data: Schema.NullOr(Schema.String),
  status: Schema.String,
})
type Future = typeof Future.Type

const numbers = Schema.Array(Schema.Number)
const SampleAnswer = Schema.Struct({
  sequences: Schema.Array(Schema.Struct({ tokens: Schema.Array(Schema.Int), logprobs: numbers })),
  prompt_logprobs: Schema.optional(Schema.NullOr(numbers)),
})
const PassAnswer = Schema.Struct({
  loss_fn_outputs: Schema.Array(Schema.Struct({ logprobs: Schema.Struct({ data: numbers }) })),
})

/** In the order of arrival. Reads a copy: the database has no owner now, and should stay as it was left. */
const futures = Effect.fnUntraced(
  function* (file: string) {
    if (!existsSync(file)) return []
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-futures-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
    )
    const filename = join(folder, "tinker.db")
    for (const end of ["", "-wal"]) if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${filename}${end}`)
    const sql = yield* SqliteClient.make({ filename, disableWAL: true })
    const tables = yield* sql.unsafe("SELECT name FROM sqlite_master WHERE name = 'futures'")
    if (tables.length === 0) return []
    return yield* sql
      .unsafe("SELECT * FROM futures ORDER BY request_id")
      .pipe(Effect.flatMap(Schema.decodeUnknown(Schema.Array(Future))))
  },
  Effect.scoped,
  Effect.orDie,
  Effect.provide(Reactivity.layer),
)

/** Sessions, models and weights for sampling are no model calls. */
const callsOf = (all: ReadonlyArray<Future>) => {
  const lastPass = new Map<string | null, string | undefined>()
  return all.flatMap((future) => {
    const { request_id: id, model_id: model, request_data: asked, status } = future
    const call = (kind: ServerCall["kind"], signature: string | undefined) => [
      { id, call: { kind, signature: status === "COMPLETED" ? signature : undefined } satisfies ServerCall },
    ]
    const logprobs = Option.map(answer(PassAnswer, future), ({ loss_fn_outputs }) =>
      loss_fn_outputs.map((output) => output.logprobs.data),
    )
    switch (future.request_type) {
      case "SAMPLE":
        return call(asked.prompt_logprobs === true ? "score" : "sample", sampleSignature(future))
      case "FORWARD":
        return call("forward", Option.getOrUndefined(Option.map(logprobs, signatures.forwardSignature)))
      case "FORWARD_BACKWARD":
        lastPass.set(model, Option.getOrUndefined(Option.map(logprobs, signatures.trainSignature)))
        return call("pass", lastPass.get(model))
      case "OPTIM_STEP":
        return call("step", lastPass.get(model))
      case "SAVE_WEIGHTS":
        return call("save", signatures.saveSignature(asked.path ?? ""))
      default:
        return []
    }
  })
}

const sampleSignature = (future: Future) => {
  const { prompt, prompt_logprobs, sampling_params } = future.request_data
  const tokens = (prompt?.chunks ?? []).flatMap((chunk) => chunk.tokens)
  const reply = Option.getOrUndefined(answer(SampleAnswer, future))
  if (prompt_logprobs === true) return signatures.scoreSignature(tokens, reply?.prompt_logprobs ?? [])
  const [sample = { tokens: [], logprobs: [] }] = reply?.sequences ?? []
  return signatures.sampleSignature(tokens, sampling_params?.seed ?? 0, sample)
}

const answer = <A, I>(schema: Schema.Schema<A, I>, { result_data }: Future) =>
  Schema.decodeUnknownOption(Schema.parseJson(schema))(result_data)
