/** `understudy trainer`: what is installed of the embedded trainer, its set-up, and the server by itself. */
import { Command, Options } from "@effect/cli"
import { Command as Process } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Console, Effect, Layer, Option, Schema } from "effect"
import { join } from "node:path"
import { findInstall } from "../../layers/training/embedded/EmbeddedInstall.ts"
import { EmbeddedServer } from "../../layers/training/embedded/EmbeddedServer.ts"
import { Home } from "../../src/index.ts"
import { packageFolder } from "../packageInfo.ts"
import { exitCode } from "./exit.ts"
import * as options from "./options.ts"
import { terminal } from "./terminal.ts"

/** The set-up runs without any package installed, so it is a program of its own. */
const setup = join(packageFolder, "scripts", "setup.js")

const Checked = Schema.parseJson(
  Schema.Struct({
    ready: Schema.Boolean,
    cache: Schema.String,
    folder: Schema.String,
    uv: Schema.NullOr(Schema.String),
    python: Schema.NullOr(Schema.String),
    model: Schema.NullOr(Schema.Struct({ name: Schema.String, folder: Schema.String })),
    others: Schema.Array(Schema.String),
  }),
)

/** The set-up program said something that is not understood: the package is damaged. */
export class SetupMisunderstood extends Schema.TaggedError<SetupMisunderstood>()("SetupMisunderstood", {
  detail: Schema.String,
}) {
  override get message() {
    return `${setup} can't be asked what is installed: ${this.detail}. Install the package again.`
  }
}

const install = Command.make("install", {}, () =>
  Effect.gen(function* () {
    const code = yield* Process.make(process.execPath, setup).pipe(
      Process.stdout("inherit"),
      Process.stderr("inherit"),
      Process.exitCode,
    )
    if (code !== 0) yield* exitCode(1)
  }),
).pipe(options.described("Install the embedded trainer and its model; what is there already is used again."))

const serve = Command.make(
  "serve",
  {
    home: options.home,
    port: Options.integer("port").pipe(
      Options.withDescription("Port on 127.0.0.1 (default: a free one)"),
      Options.optional,
    ),
  },
  (given) =>
    Effect.gen(function* () {
      const home = yield* Home.folder(Option.getOrUndefined(given.home))
      const screen = terminal()
      const server = EmbeddedServer.layer({
        install: yield* findInstall(),
        folder: Home.paths(home).trainer,
        onProgress: screen.say,
        ...Option.match(given.port, { onNone: () => ({}), onSome: (port) => ({ port }) }),
      })
      yield* Effect.gen(function* () {
        const { url, logPath, model, down } = yield* EmbeddedServer
        yield* screen.say(
          `${model.name} is trained and sampled at this address, in the dialect "skyrl-jax", until Ctrl-C; its log is ${logPath}`,
        )
        yield* Console.log(url)
        return yield* down
      }).pipe(Effect.provide(Layer.provide(server, NodeHttpClient.layerUndici)))
    }),
).pipe(
  options.described(
    "Run the embedded trainer by itself, for programs that speak the Tinker protocol. Prints its URL.",
    "trainer serve --port 8000",
  ),
)

export const trainer = Command.make("trainer", { json: options.json }, ({ json }) =>
  Effect.gen(function* () {
    const text = yield* Process.string(Process.make(process.execPath, setup, "--check", "--json"))
    const found = yield* Effect.mapError(Schema.decode(Checked)(text), ({ message }) =>
      SetupMisunderstood.make({ detail: message }),
    )
    yield* Console.log(json ? JSON.stringify(found) : render(found))
    if (!found.ready) yield* exitCode(1)
  }),
).pipe(
  options.described(
    "Show what is installed of the embedded trainer, and where. Exit code 1: it is not ready.",
    "trainer install",
  ),
  Command.withSubcommands([install, serve]),
)

const render = ({ ready, cache, folder, uv, python, model, others }: typeof Checked.Type) =>
  [
    ready ? `The trainer is installed in ${folder}` : "The trainer is not installed: run `understudy trainer install`",
    `  cache   ${cache}`,
    `  uv      ${uv ?? "none yet"}`,
    `  python  ${python ?? "none found; uv fetches one"}`,
    `  model   ${model === null ? "none yet" : `${model.name} in ${model.folder}`}`,
    ...others.map((other) => `  of another version, and free to delete where that is not used: ${other}`),
  ].join("\n")
