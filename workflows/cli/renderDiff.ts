/** A comparison of two experiments for people and for programs. */
import { Array as Arr } from "effect"
import { whole } from "../../layers/evaluation/report/numbers.ts"
import type { Plan } from "../../src/index.ts"
import type { Comparison } from "../compareRuns.ts"
import type { Difference } from "../differences.ts"
import type { TimeLeft } from "../timeLeft.ts"
import { moneyText, planDocument, sharing, shown, timeLine, usageTable } from "./renderPlan.ts"
import { counted, oneLine, part, table } from "./text.ts"

export interface Compared {
  /** What stands on each side, such as `workflows/experiments/demo.ts as last run`. */
  readonly before: string
  readonly after: string
  readonly comparison: Comparison
  /** Of the experiment after, as if the shared steps were done. */
  readonly plan: Plan.Plan
  readonly time: TimeLeft
  readonly limit: number | undefined
}

/** For programs. A side of a change that has no value (its default, or no such entry) leaves the key out. */
export const diffDocument = ({ before, after, comparison, ...planned }: Compared) => {
  const { usage, money, secondsLeft } = planDocument({ ...planned, servers: [], notes: [] })
  const states = statesOf(planned.plan)
  return {
    before,
    after,
    changes: comparison.changes.map(({ stage, path, steps, ...sides }) => ({ stage, input: path, ...sides, steps })),
    cells: { onlyBefore: comparison.cellsOnlyBefore, onlyAfter: comparison.cellsOnlyAfter },
    steps: {
      shared: comparison.shared,
      onlyBefore: comparison.onlyBefore.map(({ id, stage, cells }) => ({ id, stage, cells })),
      onlyAfter: comparison.onlyAfter.map(({ id, stage, cells, before: partner }) => ({
        id,
        stage,
        state: states.get(id),
        cells,
        before: partner ?? null,
      })),
    },
    usage,
    money,
    secondsLeft,
  }
}

export const renderDiff = ({ before, after, comparison, plan, time }: Compared): string => {
  const { shared, onlyBefore, onlyAfter, changes, cellsOnlyBefore, cellsOnlyAfter } = comparison
  const head = [`before: ${before}`, `after:  ${after}`]
  if (onlyBefore.length + onlyAfter.length + cellsOnlyBefore.length + cellsOnlyAfter.length === 0) {
    return [...head, "", `Nothing differs: all ${counted(shared.length, "step")} are shared.`].join("\n")
  }
  const states = statesOf(plan)
  const partners = new Set(onlyAfter.map((step) => step.before))
  const removed = onlyBefore.filter(({ id }) => !partners.has(id))
  const list = (title: string, keys: ReadonlyArray<string>) => part(title, ...keys.map((key) => `  ${key}`))
  return [
    ...head,
    ...(changes.length === 0 ? [] : part("Inputs that differ", table(changeColumns, changeRows(changes)))),
    ...list("Cells only before", cellsOnlyBefore),
    ...list("Cells only after", cellsOnlyAfter),
    "",
    `Steps: ${whole(shared.length)} shared, ${whole(onlyBefore.length)} only before, ${whole(onlyAfter.length)} only after`,
    ...(onlyAfter.length === 0
      ? []
      : part(
          "Only after",
          table(
            afterColumns,
            onlyAfter.map(({ id, cells, before: partner }) => [
              shown[states.get(id) ?? "to-run"],
              id,
              partner ?? "(new)",
              sharing(cells, plan.cells.length),
            ]),
          ),
        )),
    ...list(
      "Only before, with nothing in its place",
      removed.map(({ id }) => id),
    ),
    ...(plan.usage.length === 0 ? [] : part("The steps only after would cost", usageTable(plan))),
    ...(plan.usage.length === 0 ? [] : ["", `In money: ${moneyText(plan)}.`, ...timeLine(plan, time)]),
  ].join("\n")
}

const statesOf = (plan: Plan.Plan) => new Map(plan.steps.map(({ id, state }) => [id, state]))

const changeColumns = [
  { name: "stage" },
  { name: "input" },
  { name: "before" },
  { name: "after" },
  { name: "steps", numeric: true },
]
/** Many changes in one input of one stage, as where a report names every assistant, are counted; `--json` has them. */
const changeRows = (changes: Comparison["changes"]) =>
  Object.values(Arr.groupBy(changes, ({ stage, path }) => `${stage} ${/^[^.[]*/.exec(path)?.[0] ?? ""}`)).flatMap(
    (group) => {
      if (group.length <= most) return group.map(changeRow)
      const { stage, path } = group[0]
      const steps = new Set(group.flatMap((change) => change.steps.map(({ after }) => after)))
      const count = (which: "before" | "after") =>
        `${group.filter((sides) => Object.hasOwn(sides, which)).length} values`
      return [
        [
          stage,
          `${/^[^.[]*/.exec(path)?.[0] ?? ""} (${group.length} changes)`,
          count("before"),
          count("after"),
          whole(steps.size),
        ],
      ]
    },
  )

const most = 5

const changeRow = ({ stage, path, steps, ...sides }: Comparison["changes"][number]) => [
  stage,
  path,
  side(path, sides, "before"),
  side(path, sides, "after"),
  whole(steps.length),
]

const afterColumns = [{ name: "state" }, { name: "step" }, { name: "before" }, { name: "for" }]

/** Values are shortened here; `--json` has them whole. */
const side = (path: string, sides: Omit<Difference, "path">, which: "before" | "after"): string => {
  if (!Object.hasOwn(sides, which)) return path.endsWith("]") ? "(none)" : "(default)"
  const text = oneLine(JSON.stringify(sides[which]))
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}

const longest = 60
