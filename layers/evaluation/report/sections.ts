/** The sections of a report in reading order; those without content are left out. */
import { canShow, cantShow, caveatOf } from "./limits.ts"
import { findings, matrixTable } from "./findings.ts"
import { significant } from "./numbers.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { curveTable, endingTable, gapTable, lengthTable, measureTable, perplexityTable } from "./scienceTables.ts"
import { callFailureTable, failureTable, sensitivityTable, skippedTable } from "./failureTables.ts"
import { materialTable, provenanceTable, timeTable, usageTable } from "./runTables.ts"
import type { Block, Section, Table } from "./Section.ts"

export const sections = (data: ReportData, facts: RunFacts): ReadonlyArray<Section> =>
  [
    section("answer", "What came of training", [...answer(data), { kind: "text", text: caveatOf(data) }]),
    section("matrix", "Every assistant with every simulator", matrix(data)),
    section("measures", "Behind the reward", measures(data)),
    section("simulators", "How real the simulated users are", simulators(data)),
    section("learning", "Learning curves", learning(data)),
    section("conversations", "Conversations", conversations(data)),
    section("failures", "What failed", failures(data, facts)),
    section("cost", "Tokens, time and money", [usageTable(facts), timeTable(facts)]),
    section("limits", "What this can and can't show", [
      { kind: "text", text: "It can show:" },
      { kind: "list", items: canShow(data) },
      { kind: "text", text: "It can't show:" },
      { kind: "list", items: cantShow(data) },
    ]),
    section("provenance", "Where every number comes from", [
      {
        kind: "text",
        text: `Made by understudy ${facts.version}. A step's id is the hash of its inputs: the same id is the same work. Run understudy show with an id to see its inputs, its calls and its transcripts.`,
      },
      materialTable(data, facts),
      provenanceTable(data, facts),
    ]),
  ].filter(({ blocks }) => blocks.length > 0)

const section = (id: string, title: string, blocks: ReadonlyArray<Block>): Section => ({
  id,
  title,
  blocks: blocks.filter((block) => block.kind !== "table" || block.rows.length > 0),
})

const answer = (data: ReportData): ReadonlyArray<Block> => {
  const found = findings(data)
  if (found.length > 0) return [{ kind: "findings", findings: found }]
  return [{ kind: "text", text: "No trained assistant was compared with the model it was trained from." }]
}

const matrix = (data: ReportData): ReadonlyArray<Block> => {
  if (data.matrix.length === 0) return []
  const { resamples, seed, confidence, cluster } = data.bootstrap
  return [
    { kind: "matrix", ...matrixTable(data) },
    {
      kind: "text",
      text: `Mean reward on held-out prompts with its ${Math.round(confidence * 100)}% interval (percentile bootstrap, ${resamples.toLocaleString("en-US")} resamples of whole ${cluster}s, seed ${seed}), and the gain over the initial model on the same prompts. n counts conversations. Held-out columns are a simulator in a persona that no assistant was trained with.`,
    },
    ...(data.gains.length > 0
      ? [{ kind: "chart", chart: "gains", alt: "Gains in reward over the initial model, with intervals" } as const]
      : []),
    ...some(
      gapTable(data),
      "The gap is the gain with the own simulator less the mean gain with the others, paired by prompt: how much of it doesn't carry over.",
    ),
  ]
}

const measures = (data: ReportData): ReadonlyArray<Block> =>
  some(
    measureTable(data),
    "A gain in reward that comes with more copying or repetition, or with less fluency, is a gain in gaming the checks. In parentheses: the change against the initial model, paired by prompt.",
  )

const simulators = (data: ReportData): ReadonlyArray<Block> => [
  perplexityTable(data),
  ...(data.turnLengths.some(({ turns }) => turns > 0)
    ? [{ kind: "chart", chart: "lengths", alt: "Words in a user turn, real and simulated" } as const]
    : []),
  lengthTable(data),
  ...(data.endings.length > 0
    ? [{ kind: "chart", chart: "endings", alt: "How conversations ended, by simulator" } as const]
    : []),
  endingTable(data),
]

const learning = (data: ReportData): ReadonlyArray<Block> =>
  data.curves.length === 0
    ? []
    : [
        { kind: "chart", chart: "curves", alt: "Reward, KL and measures by iteration, one line for each assistant" },
        {
          kind: "text",
          text: "Means over the rollouts of each iteration, on training prompts: they differ from iteration to iteration, so the curves are noisier than learning is.",
        },
        curveTable(data),
      ]

const conversations = ({ samples }: ReportData): ReadonlyArray<Block> =>
  samples.length === 0
    ? []
    : [
        {
          kind: "text",
          text: "The same prompts for every assistant and simulator, drawn by seed before any reward was known: not picked.",
        },
        { kind: "samples", samples },
      ]

const failures = (data: ReportData, facts: RunFacts): ReadonlyArray<Block> => {
  const { calls, sentAgain } = facts.interrupted
  const missing = data.sensitivity.some((row) => row.missing > 0)
  return [
    ...(data.failures.length === 0 ? [{ kind: "text", text: "Every conversation came to a verdict." } as const] : []),
    failureTable(data),
    ...(missing
      ? some(
          sensitivityTable(data),
          "Conversations that the infrastructure failed are missing, not zero. If they had scored 0:",
        )
      : []),
    callFailureTable(facts),
    skippedTable(facts),
    ...data.drift.map(
      ({ label, nats }) =>
        ({
          kind: "text",
          text: `Training of ${label} drifted: replayed after an interruption, its log-probabilities differ from the journaled ones by up to ${significant(nats)} nats.`,
        }) as const,
    ),
    {
      kind: "text",
      text:
        calls === 0
          ? "No model call was in flight when a run was killed."
          : `${calls} model calls were in flight when a run was killed; ${sentAgain} of them were sent again.`,
    },
  ]
}

const some = (table: Table, text: string): ReadonlyArray<Block> =>
  table.rows.length === 0 ? [] : [{ kind: "text", text }, table]
