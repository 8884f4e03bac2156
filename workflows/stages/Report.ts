/**
 * The numbers of a report from the results of an experiment and the transcripts under them, as one artifact. Rendering
 * it adds what the journal and the ledger know of the run, so that a report costs nothing and never goes stale.
 */
import { Effect, Option, Schema } from "effect"
import { buildReportData } from "../../layers/evaluation/report/buildReportData.ts"
import { ReportJson } from "../../layers/evaluation/report/ReportData.ts"
import { stepLabels } from "../../layers/evaluation/report/stepLabels.ts"
import { EvaluationResult, PolicyResult, ReportResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { ArtifactStore, Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { conversations, rollouts } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"

const byLabel = <A, I>(step: Schema.Schema<A, I>) => Schema.Record({ key: Schema.NonEmptyString, value: step })

const Cell = Schema.Struct({
  assistant: Schema.NonEmptyString,
  simulator: Schema.NonEmptyString,
  persona: Schema.NonEmptyString,
  /** No assistant was trained with this simulator in this persona. */
  heldOut: Schema.Boolean,
  evaluation: Step.of(EvaluationResult),
})
type Cell = typeof Cell.Type

const Inputs = Schema.Struct({
  title: Schema.optional(Schema.NonEmptyString),
  simulators: byLabel(Step.of(SimulatorResult)),
  assistants: byLabel(Step.of(PolicyResult)),
  /** The simulator's label by the assistant's, where the assistant's own label ("sft, seed 2") doesn't say it. */
  trainedWith: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  /** As `replicates` gives them: what was trained alike but for the seed, for claims that hold across seeds. */
  replicates: Schema.optional(
    Schema.Record({
      key: Schema.String,
      value: Schema.Struct({
        seed: Schema.String,
        labels: Schema.Record({ key: Schema.String, value: Schema.String }),
      }),
    }),
  ),
  /** Assistants, by label, that are compared on the same prompts, such as arms of different grids. */
  contrasts: Schema.optional(Schema.Array(Schema.Struct({ assistant: Schema.String, against: Schema.String }))),
  /** The reward from which a conversation counts as a success, for pass^k over `samples` of a prompt. */
  success: Schema.optional(Schema.Number),
  /** Intervals that resample conversations, beside those that resample whole users. */
  byConversation: Schema.Boolean.pipe(Schema.optionalWith({ default: () => false })),
  /** As `crossMatrix` gives it. */
  matrix: Schema.Array(Cell),
  /** Lets intervals resample whole users, and compares simulated turns with real ones. */
  split: Schema.optional(Step.of(SplitResult)),
})

export const Report = Stage.make({
  name: "Report",
  version: 1,
  input: Inputs.fields,
  output: ReportResult,
  check: ({ simulators, assistants, trainedWith, replicates, contrasts, matrix }) =>
    unknownLabel("assistant", assistants, [
      ...matrix.map(({ assistant }) => assistant),
      ...Object.keys(trainedWith ?? {}),
      ...Object.keys(replicates ?? {}),
      ...(contrasts ?? []).flatMap(({ assistant, against }) => [assistant, against]),
    ]) ??
    unknownLabel("simulator", simulators, [
      ...matrix.map(({ simulator }) => simulator),
      ...Object.values(trainedWith ?? {}),
    ]) ??
    repeatedCell(matrix),
  run: ({ matrix, split, ...inputs }) =>
    Shard.once(
      "report",
      ReportResult,
      Effect.gen(function* () {
        const cells = yield* Effect.forEach(matrix, ({ evaluation, ...cell }) =>
          Effect.map(rollouts.read(evaluation.transcripts), (records) => ({
            ...cell,
            result: evaluation,
            rollouts: records,
          })),
        )
        const heldOut = split === undefined ? undefined : yield* conversations.read(split.test.conversations)
        const data = buildReportData({ ...inputs, matrix: cells, heldOut })
        const json = yield* asStageFailure(Schema.encode(ReportJson)(data))
        const store = yield* ArtifactStore
        return ReportResult.make({ data: yield* asStageFailure(store.put(Buffer.from(json))) })
      }),
    ),
  estimate: () => Estimate.free(1),
})

/** The ids of the steps behind a report's rows, by the labels that its data has for them. */
export const reportSteps = (
  report: Step.AnyStep,
  idOf: (step: Step.AnyStep) => string,
): Readonly<Record<string, string>> => {
  const input = Option.getOrUndefined(Schema.validateOption(Inputs)(report.input))
  if (input === undefined) return {}
  const { simulators, assistants, matrix, split } = input
  return Object.fromEntries([
    ...Object.entries(simulators).map(([label, step]) => [stepLabels.simulator(label), idOf(step)]),
    ...Object.entries(assistants).map(([label, step]) => [stepLabels.assistant(label), idOf(step)]),
    ...matrix.map((cell) => [stepLabels.evaluation(cell), idOf(cell.evaluation)]),
    ...(split === undefined ? [] : [[stepLabels.split, idOf(split)]]),
    [stepLabels.report, idOf(report)],
  ])
}

const unknownLabel = (kind: string, known: Readonly<Record<string, unknown>>, used: ReadonlyArray<string>) => {
  const unknown = used.find((label) => !Object.hasOwn(known, label))
  if (unknown === undefined) return undefined
  return `no ${kind} is labelled "${unknown}": there are ${Object.keys(known).join(", ") || "none"}`
}

const repeatedCell = (matrix: ReadonlyArray<Cell>) => {
  const names = matrix.map(({ assistant, simulator, persona }) => `${assistant} with ${simulator} in ${persona}`)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  return repeated === undefined ? undefined : `the matrix has two cells of ${repeated}`
}
