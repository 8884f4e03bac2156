/** Sections of a report on simulators that replays, probes, reviews and utilities add; none where there are none. */
import type { Block, Section } from "../Section.ts"
import type { LikenessData } from "./likenessData.ts"
import * as judged from "./judgedTables.ts"
import * as replay from "./replayTables.ts"
import { utilityRows, utilityTable } from "./utilityTables.ts"

export const likenessSections = (data: LikenessData | undefined): ReadonlyArray<Section> => {
  if (data === undefined) return []
  const sections: ReadonlyArray<Section> = [
    {
      id: "replay",
      title: "In the place of real users",
      blocks: blocksOf(
        replay.terminationTable(data),
        "At each place where a real user had the word, and once after its last, the simulator was given what had really been said. F1 takes a conversation's first end, as it would have gone: an early end is a false alarm there, and the real end is missed. By place, every answer counts by itself. Turns too early is the mean over conversations that both ended.",
        replay.pairedTable(data),
        "Means by conversation, then over conversations. Divergences are Jensen-Shannon in nats, 0 to 0.693; texts without a mark, letter or tag are left out of that measure. Typos are words that an American dictionary doesn't know. A dash under 1 - cosine: no embedding model was asked for.",
      ),
    },
    {
      id: "floor",
      title: "How far they are, and how far people are from people",
      blocks: blocksOf(
        replay.similarityTable(data),
        replay.distanceTable(data),
        "Distance: all simulated turns against all real ones. Floor: real users against other real users, in two halves without a common user, mean over 20 cuts. Crossed: simulated turns in one half's conversations against the other half's real ones, which compares with the floor turn for turn.",
        replay.toldApartTable(data),
        "AUC: a random forest learns from other users' conversations which are simulated, and ranks these; 0.5 is a coin, 1 is always right. Where it is near 1, they are unlike even where every single feature is near.",
        replay.featureTable(data),
      ),
    },
    {
      id: "adherence",
      title: "Whether they stay users",
      blocks: blocksOf(
        judged.adherenceTable(data),
        judged.adherenceGapTable(data),
        "The assistant asks the user to solve a question, or proposes to talk of something else. Kept: the share of turns that don't answer, or don't go along; leaving is keeping. Brackets are Wilson's 95% intervals.",
      ),
    },
    {
      id: "review",
      title: "What simulated users do wrong",
      blocks: blocksOf(
        judged.reviewTable(data),
        judged.errorTable(data),
        judged.reviewGapTable(data),
        "Critical errors changed what became of the conversation, for the assistant or against it. A conversation without a review is missing, and counts neither as faultless nor as faulty.",
      ),
    },
    {
      id: "utility",
      title: "Fidelity beside utility",
      blocks: blocksOf(
        utilityTable(data),
        "Rank correlations over simulators; below 0, the more alike the more useful. Exploratory: simulators are few and no sample of anything, and a correlation is no cause. Fewer than five simulators give none. p-values are two-sided, exact for Spearman up to eight simulators; Holm's adjustment is over all measures of the table. Where a distance is at its floor, simulators can't be told apart from people by it.",
        utilityRows(data),
      ),
    },
  ]
  return sections.filter(({ blocks }) => blocks.length > 0)
}

/** Tables that have rows; what explains them stands only with some. */
const blocksOf = (...parts: ReadonlyArray<Block | string>): ReadonlyArray<Block> => {
  const shown = parts.flatMap((part): ReadonlyArray<Block> => {
    if (typeof part === "string") return [{ kind: "text", text: part }]
    return part.kind === "table" && part.rows.length === 0 ? [] : [part]
  })
  return shown.some(({ kind }) => kind === "table") ? shown : []
}
