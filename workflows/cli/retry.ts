/** `understudy retry`: goes on with what was suspended, and leaves the rest of the experiment alone. */
import { Args, Command, Options } from "@effect/cli"
import { Effect, Option, Schema } from "effect"
import { Home } from "../../src/index.ts"
import { retrySteps } from "../retrySteps.ts"
import { listRunRecords } from "../RunRecord.ts"
import * as options from "./options.ts"
import { perform, runFlags } from "./running.ts"
import { studyOf } from "./target.ts"

/** It is not clear what to retry. */
export class WhichExperiment extends Schema.TaggedError<WhichExperiment>()("WhichExperiment", {
  home: Schema.String,
  detail: Schema.String,
}) {
  readonly exitCode = 64
  override get message() {
    return `${this.home}: ${this.detail}`
  }
}

const flags = {
  words: Args.text({ name: "experiment or step" }).pipe(
    Args.withDescription(
      "An experiment file or name (default: the one that ran in the home), and the ids of steps (default: all that are suspended)",
    ),
    Args.repeated,
  ),
  failures: Options.boolean("failures").pipe(
    Options.withDescription("Ask again for what failed in steps that went on without it"),
  ),
  ...runFlags,
  ...options.changes,
}

export const retry = Command.make("retry", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const ids = given.words.filter((word) => stepId.test(word))
    const study = yield* Effect.gen(function* () {
      const [name, ...others] = given.words.filter((word) => !stepId.test(word))
      if (others.length > 0) {
        return yield* WhichExperiment.make({ home, detail: `${[name, ...others].join(" and ")}: give one experiment` })
      }
      return yield* studyOf(name ?? (yield* onlyExperiment(home)), given)
    }).pipe(Effect.provide(Home.Home.layerReader(home)))
    yield* perform(study, given, (say) => retrySteps(study.graph, { ids, failures: given.failures }, say))
  }),
).pipe(
  options.described(
    "Go on with the steps that are suspended and what depends on them. With --failures also ask again for what failed.",
    "retry demo",
    "retry demo --failures Evaluate/v1-82671f53",
  ),
)

const stepId = /^[A-Za-z]\w*\/v\d+-[0-9a-f]*$/

const onlyExperiment = Effect.fnUntraced(function* (home: string) {
  const names = (yield* listRunRecords).map(({ experiment }) => experiment)
  if (names.length === 1 && names[0] !== undefined) return names[0]
  const detail =
    names.length === 0
      ? "nothing has run here. Give the home of a run with --home."
      : `several experiments have run here. Name one: ${names.join(", ")}.`
  return yield* WhichExperiment.make({ home, detail })
})
