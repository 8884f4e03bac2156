/** Tables of replays: simulators in the place of real users. */
import { decimal, interval, significant, whole } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import { replayOutcomes } from "../transcripts/fidelityTalks.ts"
import type { LikenessData } from "./likenessData.ts"
import { numeric, table, who } from "./tableParts.ts"

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

/** Counts the conversations of an outcome. */
const ending = (name: string, outcome: string): Column => ({ ...numeric(name), talks: { ending: outcome } })
