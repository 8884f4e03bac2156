/** `understudy steps FILE or NAME`: every step of an experiment with its state, time and cost. */
import { Command } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { whole } from "../../layers/evaluation/report/numbers.ts"
import { Home } from "../../src/index.ts"
import { stepRows } from "../stepRows.ts"
import type { StepRow } from "../stepRows.ts"
import * as options from "./options.ts"
import { recordFor, target } from "./target.ts"
import { counted, part, table, time, usd } from "./text.ts"

export const steps = Command.make(
  "steps",
  { experiment: target, home: options.home, json: options.json, ...options.changes },
  (given) =>
    Effect.gen(function* () {
      const home = yield* Home.folder(Option.getOrUndefined(given.home))
      const [experiment, rows] = yield* Effect.gen(function* () {
        const record = yield* recordFor(given.experiment, given)
        return [record.experiment, yield* stepRows(record.steps)] as const
      }).pipe(Effect.provide(Home.Home.layerReader(home)))
      yield* Console.log(
        given.json ? JSON.stringify({ experiment, steps: rows.map(stepDocument) }) : render(experiment, rows),
      )
    }),
).pipe(
  options.described(
    "List the steps of an experiment with state, time, calls, tokens and money. By NAME: as last run.",
    "steps demo --json",
  ),
)

/** For programs. Money in dollars, `seconds` null where unknown. */
export const stepDocument = ({ id, stage, state, cells, seconds, spent, reason, advice }: StepRow) => {
  const { micros, ...counts } = spent
  return { id, stage, state, cells, seconds, ...counts, money: micros / 1e6, reason, advice }
}

const render = (experiment: string, rows: ReadonlyArray<StepRow>) => {
  const done = rows.filter(({ state }) => state === "done").length
  return [
    `${experiment}: ${done} of ${counted(rows.length, "step")} done`,
    "",
    table(
      columns,
      rows.map(({ id, state, seconds, spent }) => [
        state,
        id,
        seconds === null ? "" : time(seconds),
        whole(spent.calls),
        whole(spent.promptTokens + spent.completionTokens),
        usd(spent.micros),
      ]),
    ),
    ...suspensions(rows),
  ].join("\n")
}

/** Why steps are suspended, and what to do. */
export const suspensions = (rows: ReadonlyArray<StepRow>): ReadonlyArray<string> =>
  part(
    "Suspended",
    ...rows
      .filter(({ state }) => state === "suspended")
      .flatMap(({ id, reason, advice }) => [`  ${id}: ${reason ?? "no reason is kept"}`, `    ${advice ?? ""}`]),
  )

const numeric = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, numeric: true }))
const columns = [{ name: "state" }, { name: "step" }, ...numeric("time", "calls", "tokens", "money")]
