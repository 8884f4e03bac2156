/** `understudy run FILE`: runs what is not done yet, and goes on where an earlier run was stopped. */
import { Command } from "@effect/cli"
import { Effect, Option } from "effect"
import { Home } from "../../src/index.ts"
import * as options from "./options.ts"
import { perform, runFlags } from "./running.ts"
import { studyOf, target } from "./target.ts"

const flags = { experiment: target, ...runFlags, ...options.changes }

export const run = Command.make("run", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const study = yield* Effect.provide(studyOf(given.experiment, given), Home.Home.layerReader(home))
    yield* perform(study, given)
  }),
).pipe(
  options.described(
    "Run an experiment, or go on with it; done steps are never run again. Exit code 2: suspended, with advice.",
    "run workflows/experiments/demo.ts --budget 20 --patience 30m",
  ),
)
