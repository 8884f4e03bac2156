/**
 * The numbers of a report from the results of an experiment and the transcripts under them, as one artifact. Rendering
 * it adds what the journal and the ledger know of the run, so that a report costs nothing and never goes stale.
 */
import { Chunk, Effect, Option, Record, Schema, Stream } from "effect"
import { buildReportData } from "../../layers/evaluation/report/buildReportData.ts"
import { ReportJson } from "../../layers/evaluation/report/ReportData.ts"
import { ReportRollout } from "../../layers/evaluation/report/ReportInputs.ts"
import { stepLabels } from "../../layers/evaluation/report/stepLabels.ts"
import { EvaluationResult, PolicyResult, ReportResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { ArtifactStore, Driver, Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { conversations, lines } from "./conversations.ts"
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
  /** As `crossMatrix` gives it. */
  matrix: Schema.Array(Cell),
  /** Lets intervals resample whole users, and compares simulated turns with real ones. */
  split: Schema.optional(Step.of(SplitResult)),
})

/** The same with what the steps gave. */
const Results = Schema.Struct({
  ...Inputs.fields,
  simulators: byLabel(SimulatorResult),
  assistants: byLabel(PolicyResult),
  matrix: Schema.Array(Schema.Struct({ ...Cell.fields, evaluation: EvaluationResult })),
  split: Schema.optional(SplitResult),
})

export const Report = Stage.make({
  name: "Report",
  version: 1,
  input: Inputs.fields,
  output: ReportResult,
  check: ({ simulators, assistants, trainedWith, matrix }) =>
    unknownLabel("assistant", assistants, [
      ...matrix.map(({ assistant }) => assistant),
      ...Object.keys(trainedWith ?? {}),
    ]) ??
    unknownLabel("simulator", simulators, [
      ...matrix.map(({ simulator }) => simulator),
      ...Object.values(trainedWith ?? {}),
    ]) ??
    repeatedCell(matrix),
  run: (input) =>
    Shard.once(
      "report",
      ReportResult,
      Effect.gen(function* () {
        const data = yield* reportData(input)
        const json = yield* asStageFailure(Schema.encode(ReportJson)(data))
        const store = yield* ArtifactStore
        return ReportResult.make({ data: yield* asStageFailure(store.put(Buffer.from(json))) })
      }),
    ),
  estimate: () => Estimate.free(1),
})

const read = lines(ReportRollout)

/** From results; reads the transcripts that they name. */
const reportData = Effect.fnUntraced(function* (input: Schema.Schema.Type<typeof Results>) {
  const { title, simulators, assistants, trainedWith, matrix, split } = input
  const cells = yield* Effect.forEach(matrix, ({ evaluation, ...cell }) =>
    Effect.map(Stream.runCollect(read.stream(evaluation.transcripts)), (records) => ({
      ...cell,
      result: evaluation,
      rollouts: Chunk.toReadonlyArray(records),
    })),
  )
  const heldOut = split === undefined ? undefined : yield* conversations.read(split.test.conversations)
  return buildReportData({ title, simulators, assistants, trainedWith, matrix: cells, heldOut })
})

/**
 * The numbers of a report as far as its steps are done: undefined while there is nothing to tell. `outputOf` gives the
 * encoded output of a step that is done.
 */
export const reportSoFar = Effect.fn("reportSoFar")(function* (
  report: Step.AnyStep,
  outputOf: (step: Step.AnyStep) => unknown,
) {
  const input = Option.getOrUndefined(Schema.validateOption(Inputs)(report.input))
  if (input === undefined) return undefined
  const done = <A extends Step.AnyStep>(steps: Readonly<Record<string, A>>) =>
    Record.filter(steps, (step) => outputOf(step) !== undefined)
  const [simulators, assistants] = [done(input.simulators), done(input.assistants)]
  const known = (labels: Readonly<Record<string, unknown>>, label: string) => Object.hasOwn(labels, label)
  const { split, ...rest } = input
  const part = {
    ...rest,
    ...(split === undefined || outputOf(split) === undefined ? {} : { split }),
    simulators,
    assistants,
    trainedWith: Record.filter(
      input.trainedWith ?? {},
      (simulator, assistant) => known(assistants, assistant) && known(simulators, simulator),
    ),
    matrix: input.matrix.filter(
      ({ assistant, simulator, evaluation }) =>
        known(assistants, assistant) && known(simulators, simulator) && outputOf(evaluation) !== undefined,
    ),
  }
  if (Object.keys(assistants).length === 0) return undefined
  return yield* reportData(yield* asStageFailure(Schema.decodeUnknown(Results)(Driver.resolve(part, outputOf))))
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
