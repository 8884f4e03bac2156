/** The report of an experiment with assistants: its sections in reading order; those without content are left out. */
import { canShow, cantShow, caveatOf } from "./limits.ts"
import { curvesChart, endingsChart, gainsChart, lengthsChart } from "./charts.ts"
import { assistantName, columnName, findings, matrixTable } from "./findings.ts"
import { significant } from "./numbers.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import {
  curveTable,
  endingTable,
  gapTable,
  lengthTable,
  measureTable,
  perplexityTable,
  rewardTable,
} from "./scienceTables.ts"
import { callFailureTable, failureTable, refusalTable, sensitivityTable, skippedTable } from "./failureTables.ts"
import { materialTable, provenanceTable, timeTable, usageTable } from "./runTables.ts"
import { checkpointTable, trainingNotes } from "./trainingRows.ts"
import { wildBenchBlocks } from "./wildbench/wildBenchTables.ts"
import type { Block, Page, Section, Table } from "./Section.ts"

export const assistantsPage = (data: ReportData, facts: RunFacts): Page => ({
  title: data.title ?? facts.experiment,
  subtitle: subtitle(data, facts),
  sections: sections(data, facts),
})

const sections = (data: ReportData, facts: RunFacts): ReadonlyArray<Section> =>
  [
    section("answer", "What came of training", [...answer(data), { kind: "text", text: caveatOf(data), caveat: true }]),
    section("matrix", "Every assistant with every simulator", matrix(data)),
    section("measures", "Behind the reward", measures(data)),
    section("wildbench", "Tasks with checklists", wildBenchBlocks(data.wildbench, facts.trainingFamilies)),
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
      madeBy(facts),
      materialTable(data, facts),
      provenanceTable(data, facts),
    ]),
  ].filter(({ blocks }) => blocks.length > 0)

export const section = (id: string, title: string, blocks: ReadonlyArray<Block>): Section => ({
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
    { kind: "matrix", ...matrixTable(data), table: rewardTable(data) },
    {
      kind: "text",
      text: `Mean reward on held-out prompts with its ${Math.round(confidence * 100)}% interval (percentile bootstrap, ${resamples.toLocaleString("en-US")} resamples of whole ${cluster}s, seed ${seed}), and the gain over the initial model on the same prompts. n counts conversations. Held-out columns are a simulator in a persona that no assistant was trained with.`,
    },
    ...(data.gains.length > 0
      ? [
          {
            kind: "chart",
            spec: gainsChart(data),
            alt: "Gains in reward over the initial model, with intervals",
          } as const,
        ]
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
    ? [{ kind: "chart", spec: lengthsChart(data), alt: "Words in a user turn, real and simulated" } as const]
    : []),
  lengthTable(data),
  ...(data.endings.length > 0
    ? [{ kind: "chart", spec: endingsChart(data), alt: "How conversations ended, by simulator" } as const]
    : []),
  endingTable(data),
]

const learning = (data: ReportData): ReadonlyArray<Block> =>
  data.curves.length === 0
    ? []
    : [
        {
          kind: "chart",
          spec: curvesChart(data),
          alt: "Reward, KL and measures by iteration, one line for each assistant",
        },
        {
          kind: "text",
          text: "Means over the rollouts of each iteration, on training prompts: they differ from iteration to iteration, so the curves are noisier than learning is.",
        },
        curveTable(data),
        checkpointTable(data),
        ...notes(data),
      ]

const notes = (data: ReportData): ReadonlyArray<Block> => {
  const items = trainingNotes(data)
  return items.length === 0
    ? []
    : [
        { kind: "text", text: "To be said of the training:" },
        { kind: "list", items },
      ]
}

const conversations = ({ samples, assistants }: ReportData): ReadonlyArray<Block> =>
  samples.length === 0
    ? []
    : [
        {
          kind: "text",
          text: "The same prompts for every assistant and simulator, drawn by seed before any reward was known: not picked.",
        },
        {
          kind: "samples",
          samples: samples.map((sample) => {
            const assistant = assistants.find(({ label }) => label === sample.assistant)
            const name = assistant === undefined ? sample.assistant : assistantName(assistant)
            return { ...sample, cell: `${name}, talking to ${columnName(sample)}` }
          }),
        },
      ]

const failures = (data: ReportData, facts: RunFacts): ReadonlyArray<Block> => {
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
    refusalTable(data),
    callFailureTable(facts),
    skippedTable(facts),
    ...driftNotes(data.drift),
    interruptedNote(facts),
  ]
}

export const driftNotes = (drift: ReportData["drift"]): ReadonlyArray<Block> =>
  drift.map(({ label, nats }) => ({
    kind: "text",
    text: `Training of ${label} drifted: replayed after an interruption, its log-probabilities differ from the journaled ones by up to ${significant(nats)} nats.`,
  }))

export const interruptedNote = ({ interrupted: { calls, sentAgain } }: RunFacts): Block => ({
  kind: "text",
  text:
    calls === 0
      ? "No model call was in flight when a run was killed."
      : `${calls} model calls were in flight when a run was killed; ${sentAgain} of them were sent again.`,
})

/** How a page says where its numbers come from, before the tables. */
export const madeBy = ({ version }: RunFacts): Block => ({
  kind: "text",
  text: `Made by understudy ${version}. A step's id is the hash of its inputs: the same id is the same work. Run understudy show with an id to see its inputs, its calls and its transcripts.`,
})

const subtitle = ({ assistants, simulators, matrix }: ReportData, { cells, experiment }: RunFacts) => {
  const models = [...new Set([...assistants, ...simulators].map(({ model }) => model))]
  const conversations = matrix.filter(({ metric }) => metric === "reward")
  const talks = conversations.reduce((sum, { n, missing }) => sum + n + missing, 0)
  return [
    `Experiment ${experiment}`,
    counted(cells.length, "cell"),
    counted(assistants.filter(({ kind }) => kind === "trained").length, "trained assistant"),
    counted(simulators.length, "simulator"),
    `${talks.toLocaleString("en-US")} held-out conversations`,
    models.join(", "),
  ].join(" · ")
}

export const counted = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`

const some = (table: Table, text: string): ReadonlyArray<Block> =>
  table.rows.length === 0 ? [] : [{ kind: "text", text }, table]
