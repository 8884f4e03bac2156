/** The report of an experiment with simulators: each of them beside the real users of held-out conversations. */
import { callFailureTable, skippedTable } from "../failureTables.ts"
import { whole } from "../numbers.ts"
import { materialTable, provenanceTable, timeTable, usageTable } from "../runTables.ts"
import type { RunFacts } from "../RunFacts.ts"
import { sourcedBy } from "./simulatorSources.ts"
import type { Block, Page, Section } from "../Section.ts"
import { counted, driftNotes, interruptedNote, madeBy, section, text } from "../sectionParts.ts"
import { overlapChart, turnLengthsChart, turnsChart } from "./simulatorCharts.ts"
import { likenessSections } from "./likenessSections.ts"
import { simulatorCaveat, simulatorLimits } from "./simulatorLimits.ts"
import type { SimulatorReportData, TalkSample } from "./SimulatorReportData.ts"
import { endingKindTable, failuresTable, refusalTable } from "./endingTables.ts"
import { endsTable, leftOutTable, likelihoodTable, unscoredTable } from "./likelihoodTables.ts"
import { simulatorTable, summaryTable } from "./simulatorTables.ts"
import { realUsers } from "./tableParts.ts"
import { lengthsTable, openingTable, overlapTable, turnsTable } from "./turnTables.ts"

export const simulatorsPage = (data: SimulatorReportData, facts: RunFacts): Page => ({
  title: data.title ?? facts.experiment,
  subtitle: [
    `Experiment ${facts.experiment}`,
    counted(data.simulators.length, "simulator"),
    `${whole(data.outcomes.reduce((sum, { conversations }) => sum + conversations, 0))} simulated conversations`,
    `${whole(data.split.conversations)} held-out conversations by ${counted(data.split.users, "user")}`,
    [...new Set(data.simulators.map(({ model }) => model))].join(", "),
  ].join(" · "),
  sections: sectionsOf(data, facts)
    .filter(({ blocks }) => blocks.length > 0)
    .map(sourcedBy(data)),
})

const sectionsOf = (data: SimulatorReportData, facts: RunFacts): ReadonlyArray<Section> => [
  section("answer", "How like real users they are", [
    summaryTable(data),
    text(
      "Bits per byte: how surprised the simulator's model is by what real users wrote, told the intent where there is one; lower is better. The other columns are as good as they are near to the first row. Brackets are 95% intervals.",
    ),
    { kind: "text", text: simulatorCaveat, caveat: true },
  ]),
  section("simulators", "The simulators", [simulatorTable(data)]),
  section("words", "How well they foresee real users' words", [
    likelihoodTable(data),
    ...(data.fidelity.some(({ likelihood }) => likelihood !== null)
      ? [
          text(
            "Held-out users' turns, scored one after the other given all before them, framed as the simulator is asked. Perplexity is exp(nats per token of the words), bits per byte the same nats per UTF-8 byte: only these can be compared between models with different tokenizers. Totals over totals, so that long conversations weigh more. The difference is with less without, paired by conversation; below 0 the intent helps. Intervals resample whole conversations (percentile bootstrap, 10,000 resamples, seed 0).",
          ),
        ]
      : []),
    endsTable(data),
    unscoredTable(data),
    leftOutTable(data),
  ]),
  section("openings", "How they begin", [
    openingTable(data),
    text(
      "Diversity is 100 (1 - mean Jaccard similarity) over pairs of first turns, as sets of words; its interval is a jackknife over turns. Every simulator is asked for a first turn from the intent, also where its conversations begin with the real one. The distance is the mean number of words by which the turns would have to change to be as long as the real ones (Wasserstein). The real users' distances, here and below, are those of real users from one another: two halves without a common user, mean over 20 cuts.",
    ),
  ]),
  section("intent", "How much of the intent they give away", [
    ...(data.fidelity.some(({ overlap }) => overlap.byTurn.length > 0)
      ? [{ kind: "chart", spec: overlapChart(data), alt: "Intent overlap by user turn, real and simulated" } as const]
      : []),
    overlapTable(data),
    text(
      "Of the distinct words of a turn, stop words and the words that begin every intent left out, the share that the intent has too. The real users' turns are those of the same conversations, as far as simulated ones come. Where openings are real, both sides share them.",
    ),
  ]),
  section("lengths", "How much they say", [
    ...(data.fidelity.some(({ lengths }) => lengths.simulated.turns > 0)
      ? [{ kind: "chart", spec: turnLengthsChart(data), alt: "Words in a user turn, real and simulated" } as const]
      : []),
    lengthsTable(data),
  ]),
  section("endings", "When they leave", [
    ...(data.fidelity.some(({ endings }) => endings.compared > 0)
      ? [
          {
            kind: "chart",
            spec: turnsChart(data),
            alt: "User turns in a conversation, real and simulated",
          } as const,
        ]
      : []),
    turnsTable(data),
    text(
      "A real user ends after the last of its turns. At the limit nobody is asked whether it would go on, so turns beyond it count as at it on both sides. Conversations that ended by failure or length are left out here. The distance is the total variation between the two distributions: 0 for the same, 1 for nothing shared.",
    ),
    endingKindTable(data),
  ]),
  ...likenessSections(data.likeness),
  section("conversations", "Conversations", talks(data)),
  section("failures", "What was refused and what failed", [
    refusalTable(data),
    failuresTable(data),
    ...(data.outcomes.every(({ failures }) => failures.length === 0) &&
    data.fidelity.every(({ openings }) => openings.failures.length === 0)
      ? [text("No conversation and no first turn failed.")]
      : []),
    callFailureTable(facts),
    skippedTable(facts),
    ...driftNotes(data.drift),
    interruptedNote(facts),
  ]),
  section("cost", "Tokens, time and money", [usageTable(facts), timeTable(facts)]),
  section("limits", "What this can and can't show", [{ kind: "list", items: simulatorLimits(data) }]),
  section("provenance", "Where every number comes from", [
    madeBy(facts),
    text(`The held-out conversations are the test part of a split by the preset "${data.split.preset}".`),
    { kind: "list", items: data.split.notes },
    materialTable(data, facts),
    provenanceTable(data, facts),
  ]),
]

/** A fold for the real users, then one for each simulator, all with the same prompts. */
const talks = ({ samples, simulators }: SimulatorReportData): ReadonlyArray<Block> => {
  const groups = [null, ...simulators.map(({ label }) => label)].flatMap((simulator) => {
    const own = samples.filter((sample) => sample.simulator === simulator)
    if (own.length === 0) return []
    return [
      {
        name: simulator ?? realUsers,
        talks: own.map((one) => ({ about: aboutTalk(one), messages: one.messages })),
      },
    ]
  })
  return groups.length === 0
    ? []
    : [
        text("The same prompts for every simulator, drawn by seed before anything was known of them: not picked."),
        { kind: "talks", groups },
      ]
}

const aboutTalk = ({ prompt, persona, intent, messages, turns, ending, closing, failure }: TalkSample) => {
  const shown = messages.filter(({ role }) => role === "user").length
  return [
    `prompt ${prompt}`,
    ...(shown < turns ? [`the first ${shown} of ${turns} user turns`] : []),
    ...(intent === null ? [] : [`intent: ${intent}`]),
    ...(persona === null ? [] : [`as ${persona}`]),
    ...(ending === null ? [] : [`ended by ${ending}`]),
    ...(closing === null ? [] : [`leaving with "${closing}"`]),
    ...(failure === null ? [] : [`failed: ${failure.reason}`]),
  ].join(" · ")
}
