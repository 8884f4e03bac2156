/** `understudy status`: what is in the home, whether a run is under way, what waits for a person, and what it cost. */
import { Command } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { existsSync } from "node:fs"
import { relative } from "node:path"
import { whole } from "../../layers/evaluation/report/numbers.ts"
import * as ProcessLock from "../../src/journal/ProcessLock.ts"
import { CallJournal, Home, StepLedger } from "../../src/index.ts"
import { listRunRecords } from "../RunRecord.ts"
import { spentOn, stepRows } from "../stepRows.ts"
import type { Spent, StepRow } from "../stepRows.ts"
import * as options from "./options.ts"
import { suspensions } from "./steps.ts"
import { counted, part, table, usd } from "./text.ts"

export const status = Command.make("status", { home: options.home, json: options.json }, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const found = yield* Effect.provide(looking, Home.Home.layerReader(home))
    yield* Console.log(given.json ? JSON.stringify(document(found)) : render(found))
  }),
).pipe(
  options.described(
    "Show what is in the home: experiments and how their steps stand, what is suspended and why, and what was spent.",
    "status --home .understudy",
  ),
)

interface Found {
  readonly home: string
  readonly exists: boolean
  /** Who holds the home's lock. */
  readonly run: string | undefined
  readonly experiments: ReadonlyArray<{
    readonly experiment: string
    readonly file: string | null
    readonly cells: number
    readonly rows: ReadonlyArray<StepRow>
  }>
  /** Steps in the ledger that no recorded experiment has: of files that were changed since. */
  readonly otherSteps: number
  readonly byRole: ReadonlyArray<Spent & { readonly role: string }>
}

const looking = Effect.gen(function* () {
  const { folder } = yield* Home.Home
  const experiments = yield* Effect.forEach(
    yield* listRunRecords,
    Effect.fnUntraced(function* ({ experiment, file, cells, steps }) {
      return { experiment, file, cells: cells.length, rows: yield* stepRows(steps) }
    }),
  )
  const own = new Set(experiments.flatMap(({ rows }) => rows.map(({ id }) => id)))
  const totals = yield* (yield* CallJournal).totals
  const roles = [...new Set(totals.map(({ role }) => role))].sort()
  const found: Found = {
    home: folder,
    exists: existsSync(folder),
    run: Option.getOrUndefined(yield* ProcessLock.holderOf(folder)),
    experiments,
    otherSteps: (yield* (yield* StepLedger).list).filter(({ id }) => !own.has(id)).length,
    byRole: roles.map((role) => ({ role, ...spentOn(totals.filter((row) => row.role === role)) })),
  }
  return found
})

const document = ({ home, run, experiments, otherSteps, byRole }: Found) => ({
  home,
  run: run ?? null,
  experiments: experiments.map(({ experiment, file, cells, rows }) => ({
    experiment,
    file,
    cells,
    steps: counts(rows),
    suspended: rows
      .filter(({ state }) => state === "suspended")
      .map(({ id, reason, advice }) => ({ id, reason, advice })),
    money: micros(rows) / 1e6,
  })),
  otherSteps,
  spent: byRole.map(({ micros: sum, ...row }) => ({ ...row, money: sum / 1e6 })),
})

const render = ({ home, exists, run, experiments, otherSteps, byRole }: Found): string => {
  if (!exists) return `${home} is not there: nothing has run in it.`
  return [
    `${home}: ${run === undefined ? "no run is under way" : `a run is under way (${run})`}`,
    ...experiments.flatMap(({ experiment, file, cells, rows }) => [
      "",
      `${experiment}${file === null ? "" : ` (${shortest(file)})`}: ${counted(cells, "cell")}, ${stateCounts(rows)}, ${usd(micros(rows))}`,
      ...suspensions(rows).slice(2),
    ]),
    ...(otherSteps === 0 ? [] : ["", `${counted(otherSteps, "step")} of experiments as they were earlier.`]),
    ...(byRole.length === 0 ? [] : part("Spent in this home", table(columns, byRole.map(roleRow)))),
  ].join("\n")
}

const counts = (rows: ReadonlyArray<StepRow>) => {
  const of = (state: StepRow["state"]) => rows.filter((row) => row.state === state).length
  return {
    done: of("done"),
    "to-run": of("to-run"),
    running: of("running"),
    interrupted: of("interrupted"),
    suspended: of("suspended"),
  }
}

const stateCounts = (rows: ReadonlyArray<StepRow>) =>
  Object.entries(counts(rows))
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${whole(count)} ${state === "to-run" ? "to run" : state}`)
    .join(", ")

/** Steps that experiments share are counted with each. */
const micros = (rows: ReadonlyArray<StepRow>) => rows.reduce((sum, { spent }) => sum + spent.micros, 0)

const shortest = (file: string) => {
  const from = relative(process.cwd(), file)
  return from.startsWith("..") ? file : from
}

const numeric = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, numeric: true }))
const columns = [
  { name: "role" },
  ...numeric("calls", "from the journal", "prompt tokens", "completion tokens", "money"),
]
const roleRow = (row: Found["byRole"][number]) => [
  row.role,
  whole(row.calls),
  whole(row.hits),
  whole(row.promptTokens),
  whole(row.completionTokens),
  usd(row.micros),
]
