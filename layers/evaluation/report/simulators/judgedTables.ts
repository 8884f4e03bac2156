/** Tables of what is judged: probes of simulators, and reviews of their conversations. */
import type { KeptShare } from "../../../../src/domain/Adherence.ts"
import { decimal, percent, whole } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import { stepLabels } from "../stepLabels.ts"
import { probeOutcomes } from "../transcripts/fidelityTalks.ts"
import type { LikenessData } from "./likenessData.ts"
import { numeric, table, who } from "./tableParts.ts"

const keptCells = (found: KeptShare | null) =>
  found === null
    ? ["n/a", "", ""]
    : [
        found.share === null
          ? decimal(null)
          : `${decimal(100 * found.share, 0)} [${decimal(100 * (found.low ?? 0), 0)}, ${decimal(100 * (found.high ?? 1), 0)}]`,
        whole(found.judged),
        whole(found.missing),
      ]

export const adherenceTable = ({ adherence }: LikenessData): Table =>
  table(
    "Whether they stay users, and with what they want",
    [
      who,
      ...["role kept (%)", "judged", "missing"].map(numeric),
      { name: "judged by" },
      ...["intent kept (%)", "judged", "missing"].map((name): Column => ({
        ...numeric(name),
        talks: { kind: "intent probe" },
      })),
    ],
    adherence.map(({ simulator, role, roleBy, intent }) => [
      simulator,
      ...keptCells(role),
      roleBy,
      ...keptCells(intent),
    ]),
  )

/** Of both probes. */
export const adherenceGapTable = ({ adherence }: LikenessData): Table => {
  const gaps = adherence.flatMap(({ simulator, missing = [] }) => missing.map((gap) => ({ simulator, ...gap })))
  return {
    ...table(
      "Turns without a verdict, by reason",
      [who, { name: "reason" }, numeric("count")],
      gaps.map(({ simulator, reason, count }) => [simulator, reason, whole(count)]),
    ),
    sources: gaps.map(({ simulator }) => ({
      steps: [stepLabels.adherence(simulator)],
      talks: { simulator, ending: probeOutcomes.missing },
    })),
  }
}

export const reviewTable = ({ reviews }: LikenessData): Table =>
  table(
    "Errors of simulated users, by a judge",
    [who, { name: "judge" }, ...["reviewed", "missing", "without an error", "with a critical one"].map(numeric)],
    reviews.map(({ simulator, judge, asked, reviewed, faultless, critical }) => [
      simulator,
      judge.name,
      `${whole(reviewed)} of ${whole(asked)}`,
      whole(asked - reviewed),
      `${whole(faultless)} (${percent(faultless, reviewed)})`,
      `${whole(critical)} (${percent(critical, reviewed)})`,
    ]),
  )

export const errorTable = ({ reviews }: LikenessData): Table =>
  table(
    "What was wrong",
    [who, { name: "error" }, { name: "severity" }, ...["count", "conversations"].map(numeric)],
    reviews.flatMap(({ simulator, errors }) =>
      errors.map(({ tag, severity, count, conversations }) => [
        simulator,
        tag,
        severity,
        whole(count),
        whole(conversations),
      ]),
    ),
  )

export const reviewGapTable = ({ reviews }: LikenessData): Table =>
  table(
    "Conversations without a review, by reason",
    [who, { name: "reason" }, numeric("count")],
    reviews.flatMap(({ simulator, missing }) => missing.map(({ reason, count }) => [simulator, reason, whole(count)])),
  )
