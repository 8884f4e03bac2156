/** Tables of replays, probes, reviews, and of fidelity beside utility. */
import type { KeptShare } from "../../../../src/domain/Adherence.ts"
import { decimal, interval, percent, signed, significant, whole } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import { stepLabels } from "../stepLabels.ts"
import { probeOutcomes, replayOutcomes } from "../transcripts/fidelityTalks.ts"
import type { LikenessData } from "./likenessData.ts"

const numeric = (name: string): Column => ({ name, numeric: true })
/** Counts the conversations of an outcome. */
const ending = (name: string, outcome: string): Column => ({ ...numeric(name), talks: { ending: outcome } })
const who: Column = { name: "simulator" }

const table = (caption: string, columns: ReadonlyArray<Column>, rows: Table["rows"]): Table => ({
  kind: "table",
  caption,
  columns,
  rows,
})

export const terminationTable = ({ replays }: LikenessData): Table =>
  table(
    "When they end, in the place of real users",
    [
      who,
      ...["conversations", "F1", "precision", "recall"].map(numeric),
      ending("in place", replayOutcomes.right),
      ending("early", replayOutcomes.early),
      ending("never", replayOutcomes.never),
      ...["turns too early", "F1 by place", "missing"].map(numeric),
    ],
    replays.map(({ simulator, conversations, missing, termination: { firstEnd, everyPlace, sessions, tooEarly } }) => [
      simulator,
      whole(conversations),
      ...[firstEnd.f1, firstEnd.precision, firstEnd.recall].map((value) => decimal(value)),
      ...[sessions.right, sessions.early, sessions.never].map(whole),
      decimal(tooEarly.mean),
      decimal(everyPlace.f1),
      whole(missing),
    ]),
  )

export const pairedTable = ({ replays }: LikenessData): Table =>
  table(
    "Simulated turns beside the real ones at the same places",
    [
      who,
      ...[
        "words: real",
        "simulated",
        "characters a word: real",
        "simulated",
        "typos (%): real",
        "simulated",
        "parts of speech",
        "punctuation",
        "letter case",
        "sentiment",
        "1 - cosine",
      ].map(numeric),
    ],
    replays.map(({ simulator, paired }) => [
      simulator,
      ...[paired.words, paired.charactersPerWord].flatMap(({ human, simulated }) => [
        decimal(human, 1),
        decimal(simulated, 1),
      ]),
      ...[paired.typoRate.human, paired.typoRate.simulated].map((share) =>
        decimal(share === null ? null : 100 * share, 1),
      ),
      ...[paired.partsOfSpeech, paired.punctuation, paired.letterCase, paired.sentiment, paired.embedding].map(
        (value) => decimal(value, 3),
      ),
    ]),
  )

export const distanceTable = ({ replays }: LikenessData): Table =>
  table(
    "Distances from real users, beside those of real users from one another",
    [who, { name: "measure" }, { name: "unit" }, ...["distance", "crossed", "floor", "floor: 95%"].map(numeric)],
    replays.flatMap(({ simulator, distances }) =>
      distances.map(({ measure, unit, distance, crossed, floor, floorHigh }) => [
        simulator,
        measure,
        unit,
        ...[distance, crossed, floor, floorHigh].map(significant),
      ]),
    ),
  )

export const similarityTable = ({ replays }: LikenessData): Table => {
  const names = replays[0]?.similarities.map(({ block }) => block) ?? []
  return table(
    "How alike they talk, by block (Dice similarity, 0 to 1)",
    [who, ...names.map(numeric)],
    replays.map(({ simulator, similarities }) => [
      simulator,
      ...names.map((name) => decimal(similarities.find(({ block }) => block === name)?.similarity ?? null)),
    ]),
  )
}

export const toldApartTable = ({ replays }: LikenessData): Table =>
  table(
    "How well they are told from real users by these features",
    [who, ...["AUC", "95% interval", "conversations", "users"].map(numeric)],
    replays.flatMap(({ simulator, toldApart }) =>
      toldApart === undefined || toldApart === null
        ? []
        : [
            [
              simulator,
              decimal(toldApart.auc),
              interval(toldApart),
              whole(toldApart.conversations),
              whole(toldApart.users),
            ],
          ],
    ),
  )

export const featureTable = ({ replays }: LikenessData): Table => ({
  ...table(
    "The features behind it: real users', then each simulator's",
    [
      { name: "feature" },
      { name: "block" },
      numeric("real users"),
      ...replays.map(({ simulator }): Column => ({ ...numeric(simulator), talks: { simulator } })),
    ],
    (replays[0]?.features ?? []).map(({ feature, block, human }) => [
      feature,
      block,
      significant(human),
      ...replays.map(({ features }) => significant(features.find((one) => one.feature === feature)?.simulated ?? null)),
    ]),
  ),
  folded: true,
})

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
