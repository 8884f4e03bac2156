/** Tables of fidelity beside utility. */
import { decimal, signed, significant, whole } from "../numbers.ts"
import type { Table } from "../Section.ts"
import type { LikenessData } from "./likenessData.ts"
import { numeric, table, who } from "./tableParts.ts"

/** One row for each measure; empty where no utility was named. */
export const utilityTable = ({ utility }: LikenessData): Table =>
  table(
    `Exploratory: distances beside ${utility?.name ?? "utility"}, over simulators`,
    [
      { name: "measure" },
      ...["simulators", "floor", "Spearman", "p", "p (Holm)", "Kendall", "p", "p (Holm)"].map(numeric),
      { name: "note" },
    ],
    (utility?.measures ?? []).map(({ measure, simulators, floor, noFloor, spearman, kendall, reason }) => [
      measure,
      whole(simulators),
      noFloor === undefined ? significant(floor) : "no floor",
      ...[spearman, kendall].flatMap((found) =>
        found === null ? ["n/a", "", ""] : [signed(found.r), decimal(found.pValue, 3), decimal(found.adjusted, 3)],
      ),
      [...(noFloor === undefined ? [] : [`no floor: ${noFloor}`]), ...(reason === null ? [] : [reason])].join("; "),
    ]),
  )

export const utilityRows = ({ utility }: LikenessData): Table => {
  const measures = utility?.measures.map(({ measure }) => measure) ?? []
  return {
    ...table(
      `${utility?.name ?? "utility"} and distances of each simulator`,
      [who, numeric(utility?.name ?? "utility"), ...measures.map(numeric)],
      (utility?.simulators ?? []).map((row) => [
        row.simulator,
        significant(row.utility),
        ...measures.map((measure) => significant(row.distances[measure] ?? null)),
      ]),
    ),
    folded: true,
  }
}
