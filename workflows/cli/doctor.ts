/** `understudy doctor`: one line for each thing that a run needs. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { broken, ok } from "../doctor/Check.ts"
import type { Check } from "../doctor/Check.ts"
import { homeChecks } from "../doctor/homeChecks.ts"
import { machineChecks, trainerCheck } from "../doctor/machineChecks.ts"
import { serverChecks } from "../doctor/serverChecks.ts"
import { exitCode } from "./exit.ts"
import * as options from "./options.ts"
import { oneLine } from "./text.ts"

const flags = {
  home: options.home,
  config: options.config,
  json: options.json,
  deep: Options.boolean("deep").pipe(
    Options.withDescription("Read all of every database and artifact; takes minutes in a large home"),
  ),
}

export const doctor = Command.make("doctor", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* Effect.either(loadConfig(Option.getOrUndefined(given.config)))
    const configured =
      config._tag === "Left"
        ? [Effect.succeed(broken("config", config.left.message)), trainerCheck(false)]
        : [
            Effect.succeed(ok("config", `trainer: ${config.right.trainer.kind}`)),
            ...(config.right.trainer.kind === "embedded" ? [trainerCheck(true)] : []),
            ...serverChecks(config.right),
          ]
    const checks = yield* Effect.all([...machineChecks, ...homeChecks(home, given.deep), ...configured], {
      concurrency: 4,
    })
    const fine = checks.every(({ state }) => state !== "broken")
    yield* Console.log(given.json ? JSON.stringify({ ok: fine, checks }) : checks.map(line).join("\n"))
    if (!fine) yield* exitCode(1)
  }),
).pipe(
  options.described(
    "Check what a run needs: Node, packages, the home, its databases and artifacts, the trainer, the servers of the config. Exit code 1: something is broken.",
    "doctor --home .understudy --deep",
  ),
)

const line = ({ check, state, detail }: Check) => `${state.padEnd(8)} ${check.padEnd(18)} ${oneLine(detail)}`
