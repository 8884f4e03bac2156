/** A report for programs: what `understudy report NAME --json` prints. Fields are added, never changed. */
import { isOfSimulators } from "./pageOf.ts"
import type { AnyReportData } from "./pageOf.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { SimulatorReportData } from "./simulators/SimulatorReportData.ts"

export const reportDocument = (data: AnyReportData, facts: RunFacts) => ({
  experiment: facts.experiment,
  title: data.title,
  cells: facts.cells.map(({ key, labels }) => ({ ...labels, key })),
  ...(isOfSimulators(data) ? ofSimulators(data) : ofAssistants(data)),
  usage: facts.usage,
  seconds: facts.seconds,
  failedRequests: facts.failures,
  skippedRows: facts.skippedRows ?? [],
  interrupted: facts.interrupted,
  provenance: {
    version: facts.version,
    models: facts.models,
    data: facts.data,
    rows: data.provenance.map(({ label, transcripts }) => ({ label, step: facts.steps[label] ?? null, transcripts })),
  },
})

/** The first one's, with the others' under `reports`. */
export const reportDocuments = ([first, ...others]: readonly [Told, ...Array<Told>]) => ({
  ...reportDocument(first.data, first.facts),
  ...(others.length === 0 ? {} : { reports: others.map(({ data, facts }) => reportDocument(data, facts)) }),
})

interface Told {
  readonly data: AnyReportData
  readonly facts: RunFacts
}

const ofSimulators = (data: SimulatorReportData) => ({
  simulators: data.simulators,
  split: data.split,
  fidelity: data.fidelity,
  outcomes: data.outcomes,
  ...(data.likeness === undefined ? {} : { likeness: data.likeness }),
})

const ofAssistants = (data: ReportData) => ({
  matrix: data.matrix,
  gains: data.gains,
  generalisation: data.generalisation,
  seedGains: data.seedGains,
  seedContrasts: data.seedContrasts,
  contrasts: data.contrasts,
  reliability: data.reliability,
  byConversation: data.byConversation,
  judgeAgreement: data.judgeAgreement,
  sensitivity: data.sensitivity,
  perplexity: data.perplexity,
  ending: data.ending,
  turnLengths: data.turnLengths,
  endings: data.endings,
  curves: data.curves,
  /** Conversations without a verdict or at the floor. */
  failures: data.failures,
  /** Draws of simulated users' turns that guardrails refused. */
  refusals: data.refusals,
  ...(data.wildbench === undefined ? {} : { wildbench: data.wildbench }),
  bootstrap: data.bootstrap,
})
