/** A report for programs: what `understudy report NAME --json` prints. Fields are added, never changed. */
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"

export const reportDocument = (data: ReportData, facts: RunFacts) => ({
  experiment: facts.experiment,
  title: data.title,
  cells: facts.cells.map(({ key, labels }) => ({ ...labels, key })),
  matrix: data.matrix,
  gains: data.gains,
  generalisation: data.generalisation,
  sensitivity: data.sensitivity,
  perplexity: data.perplexity,
  ending: data.ending,
  turnLengths: data.turnLengths,
  endings: data.endings,
  curves: data.curves,
  usage: facts.usage,
  seconds: facts.seconds,
  /** Conversations without a verdict or at the floor. */
  failures: data.failures,
  failedRequests: facts.failures,
  skippedRows: facts.skippedRows ?? [],
  interrupted: facts.interrupted,
  bootstrap: data.bootstrap,
  provenance: {
    version: facts.version,
    models: facts.models,
    data: facts.data,
    rows: data.provenance.map(({ label, transcripts }) => ({ label, step: facts.steps[label] ?? null, transcripts })),
  },
})
