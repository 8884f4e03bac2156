/** `understudy plan FILE`: cells, steps and price; runs nothing and writes nothing. */
import { Command } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { findLost } from "../../src/durable/reopenLost.ts"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { modelNotes, modelsLeft } from "../models.ts"
import { serversFor } from "../servedModels.ts"
import { planStudy, sourceNotes } from "../Study.ts"
import type { Study } from "../Study.ts"
import { planTime } from "../timeLeft.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import * as options from "./options.ts"
import { moneyLeft, paidMicros, planDocument, renderPlan } from "./renderPlan.ts"
import type { Planned } from "./renderPlan.ts"
import { studyOf, target } from "./target.ts"
import { usd } from "./text.ts"

const flags = {
  experiment: target,
  home: options.home,
  config: options.config,
  json: options.json,
  ...options.changes,
}

export const plan = Command.make("plan", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const planned = yield* Effect.flatMap(studyOf(given.experiment, given), (study) => planning(study, config)).pipe(
      Effect.provide(Home.Home.layerReader(home)),
    )
    yield* Console.log(given.json ? JSON.stringify(planDocument(planned)) : renderPlan(planned))
  }),
).pipe(
  options.described(
    "Show the cells, steps and price of an experiment as the home stands: what is done, paid and still to come. Runs nothing.",
    "plan workflows/experiments/demo.ts --json",
  ),
)

const planning = Effect.fnUntraced(function* (study: Study, config: UnderstudyConfig) {
  const lost = yield* findLost(study.graph.nodes.map(({ id }) => id))
  const plan = yield* planStudy(study, config, { lost: new Set(lost.map(({ id }) => id)) })
  const limit = study.experiment.limits.usd
  const models = modelsLeft(study.graph, plan)
  const planned: Planned = {
    plan,
    limit,
    time: yield* planTime(plan, config),
    servers: serversFor(config, models),
    notes: [
      ...lost.map(
        ({ id, path = "an artifact" }) => `${id} is done anew from the journal: ${path} is missing or cut short.`,
      ),
      ...(yield* sourceNotes(study.graph)),
      ...modelNotes(models, config, limit !== undefined),
      ...limitNotes(plan, limit),
    ],
  }
  return planned
})

const limitNotes = (plan: Planned["plan"], limit: number | undefined): ReadonlyArray<string> => {
  const left = moneyLeft(plan)
  if (limit === undefined || left === undefined) return []
  const paid = paidMicros(plan)
  const above = (["expected", "high"] as const).find((bound) => paid + left[bound] > limit * 1e6)
  if (above === undefined) return []
  const total = usd(paid + left[above])
  const what = above === "expected" ? "It is expected to come to" : "At the high estimate it comes to"
  return [
    `${what} ${total} in all, above the limit of ${usd(limit * 1e6)}: the run would stop there until the limit is raised.`,
  ]
}
