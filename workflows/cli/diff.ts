/** `understudy diff A [B]`: what differs between two experiments, or from what was last run, and what the rest costs. */
import { Args, Command } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { Home } from "../../src/index.ts"
import { compareRuns } from "../compareRuns.ts"
import { loadConfig } from "../config/loadConfig.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import { readRunRecord, recordOf } from "../RunRecord.ts"
import { planStudy } from "../Study.ts"
import { planTime } from "../timeLeft.ts"
import * as options from "./options.ts"
import { diffDocument, renderDiff } from "./renderDiff.ts"
import type { Compared } from "./renderDiff.ts"
import { recordFor, studyOf, target } from "./target.ts"

const flags = {
  experiment: target,
  other: Args.text({ name: "other" }).pipe(
    Args.withDescription(
      "The experiment after; without it, the first is compared with what was last run under its name",
    ),
    Args.optional,
  ),
  home: options.home,
  config: options.config,
  json: options.json,
  ...options.changes,
}

export const diff = Command.make("diff", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const compared = yield* Effect.provide(comparing(given, config), Home.Home.layerReader(home))
    yield* Console.log(given.json ? JSON.stringify(diffDocument(compared)) : renderDiff(compared))
  }),
).pipe(
  options.described(
    "Show which inputs differ between two experiments (or one and what was last run), which steps are shared, and what the rest costs.",
    "diff workflows/experiments/demo.ts",
    "diff workflows/experiments/demo.ts my.ts --json",
  ),
)

const comparing = Effect.fnUntraced(function* (
  given: { readonly experiment: string; readonly other: Option.Option<string> } & Parameters<typeof studyOf>[1] & {},
  config: UnderstudyConfig,
) {
  const study = yield* studyOf(
    Option.getOrElse(given.other, () => given.experiment),
    given,
  )
  const before = Option.isSome(given.other)
    ? yield* recordFor(given.experiment)
    : yield* readRunRecord(study.experiment.name)
  const comparison = compareRuns(before, recordOf(study))
  const plan = yield* planStudy(study, config, {
    only: new Set(comparison.onlyAfter.map(({ id }) => id)),
  })
  const compared: Compared = {
    before: Option.isSome(given.other) ? given.experiment : `${study.experiment.name} as last run`,
    after: Option.getOrElse(given.other, () => given.experiment),
    comparison,
    plan,
    time: yield* planTime(plan, config),
    limit: study.experiment.limits.usd,
  }
  return compared
})
