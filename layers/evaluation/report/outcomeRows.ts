/** What failed and what guardrails refused, in training and in every cell of the matrix. */
import type { FailureCount, RefusalCounts } from "../../../src/domain/Results.ts"
import type { FailureRow, RefusalRow } from "./ReportData.ts"
import type { ReportInputs } from "./ReportInputs.ts"

export const failures = (inputs: ReportInputs): ReadonlyArray<FailureRow> =>
  rowsOf(
    inputs,
    ({ failures }) => failures,
    ({ by, reason }) => `${by} ${reason}`,
  )

export const refusals = (inputs: ReportInputs): ReadonlyArray<RefusalRow> =>
  rowsOf(
    inputs,
    ({ refusals }) => refusals,
    ({ reason }) => reason,
  )

interface Outcomes {
  readonly failures: ReadonlyArray<FailureCount>
  readonly refusals: RefusalCounts
}

/** Training first, its iterations taken together; then every cell. */
const rowsOf = <A extends { readonly count: number }>(
  { assistants, matrix }: ReportInputs,
  of: (outcomes: Outcomes) => ReadonlyArray<A>,
  nameOf: (row: A) => string,
) => [
  ...Object.entries(assistants).flatMap(([assistant, result]) => {
    if (result._tag !== "Assistant") return []
    const rollouts = result.curve.reduce((sum, point) => sum + point.rollouts, 0)
    const where = { assistant, simulator: null, persona: null, rollouts }
    return merged(result.curve.flatMap(of), nameOf).map((row) => ({ ...where, ...row }))
  }),
  ...matrix.flatMap(({ assistant, simulator, persona, result, rollouts }) =>
    of(result).map((row) => ({ assistant, simulator, persona, ...row, rollouts: rollouts.length })),
  ),
]

/** Equal rows of several iterations as one, most frequent first. */
const merged = <A extends { readonly count: number }>(rows: ReadonlyArray<A>, nameOf: (row: A) => string) => {
  const found = new Map<string, A>()
  for (const row of rows) {
    const name = nameOf(row)
    found.set(name, { ...row, count: row.count + (found.get(name)?.count ?? 0) })
  }
  return [...found.values()].sort((a, b) => b.count - a.count)
}
