/** `understudy view [FILE or NAME]`: the report in a browser, while the run goes on. */
import { Args, Command, Options } from "@effect/cli"
import { NodeHttpServer } from "@effect/platform-node"
import { Console, Effect, Option, Schema } from "effect"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { listRunRecords } from "../RunRecord.ts"
import { viewServer } from "../view/viewServer.ts"
import * as options from "./options.ts"
import { studyOf } from "./target.ts"

const flags = {
  experiment: Args.text({ name: "experiment" }).pipe(
    Args.withDescription(
      "An experiment file, or the name of an experiment that ran in the home (default: the only one that did)",
    ),
    Args.optional,
  ),
  home: options.home,
  config: options.config,
  port: Options.integer("port").pipe(
    Options.withDescription("Port on 127.0.0.1 (default: any that is free)"),
    Options.withDefault(0),
  ),
  json: options.json,
  ...options.changes,
}

/** It isn't said which experiment to show. */
class WhichExperiment extends Schema.TaggedError<WhichExperiment>()("WhichExperiment", {
  home: Schema.String,
  known: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    return this.known.length === 0
      ? `Nothing has run in ${this.home}: name an experiment file, or another home with --home.`
      : `Several experiments ran in ${this.home}: name one of ${this.known.join(", ")}.`
  }
}

export const view = Command.make("view", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const study = yield* Effect.gen(function* () {
      const named = Option.isSome(given.experiment) ? given.experiment.value : yield* onlyOne(home)
      return yield* studyOf(named, given)
    }).pipe(Effect.provide(Home.Home.layerReader(home)))
    const url = yield* viewServer({ study, config, home, port: given.port })
    yield* Console.log(given.json ? JSON.stringify({ url }) : `${study.experiment.name}: ${url} (Ctrl-C ends it)`)
    return yield* Effect.never
  }).pipe(Effect.scoped, Effect.provide(NodeHttpServer.layerContext)),
).pipe(
  options.described(
    "Serve the report of an experiment on 127.0.0.1, and show what there is of it while a run goes on. Calls no model and changes nothing.",
    "view demo",
    "view demo --port 8080",
  ),
)

const onlyOne = (home: string) =>
  Effect.flatMap(listRunRecords, (records) => {
    const known = records.map(({ experiment }) => experiment)
    const [only] = known
    return only !== undefined && known.length === 1 ? Effect.succeed(only) : WhichExperiment.make({ home, known })
  })
