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
import { WildBenchPairsResult, WildBenchScoresResult, WildBenchVerdictsResult } from "../../src/domain/WildBench.ts"
import { ArtifactStore, Driver, Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { conversations, lines } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"
import { pairs, scores, verdicts } from "./wildBenchFiles.ts"

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

const WildBenchCell = Schema.Struct({
  assistant: Schema.NonEmptyString,
  verdicts: Step.of(WildBenchVerdictsResult),
  scores: Schema.optional(Step.of(WildBenchScoresResult)),
})
const WildBenchPair = Schema.Struct({
  test: Schema.NonEmptyString,
  reference: Schema.NonEmptyString,
  pairs: Step.of(WildBenchPairsResult),
})

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
  /** Answers to tasks with checklists, judged by the same judges. */
  wildbench: Schema.optional(Schema.Array(WildBenchCell)),
  /** Comparisons of answers by a judge, beside those by checklists. */
  wildbenchPairs: Schema.optional(Schema.Array(WildBenchPair)),
})

/** The same with what the steps gave. */
const Results = Schema.Struct({
  ...Inputs.fields,
  simulators: byLabel(SimulatorResult),
  assistants: byLabel(PolicyResult),
  matrix: Schema.Array(Schema.Struct({ ...Cell.fields, evaluation: EvaluationResult })),
  split: Schema.optional(SplitResult),
  wildbench: Schema.optional(
    Schema.Array(
      Schema.Struct({
        ...WildBenchCell.fields,
        verdicts: WildBenchVerdictsResult,
        scores: Schema.optional(WildBenchScoresResult),
      }),
    ),
  ),
  wildbenchPairs: Schema.optional(
    Schema.Array(Schema.Struct({ ...WildBenchPair.fields, pairs: WildBenchPairsResult })),
  ),
})

export const Report = Stage.make({
  name: "Report",
  version: 1,
  input: Inputs.fields,
  output: ReportResult,
  check: ({ simulators, assistants, matrix, wildbench = [], wildbenchPairs = [], ...given }) =>
    unknownLabel("assistant", assistants, [
      ...matrix.map(({ assistant }) => assistant),
      ...Object.keys(given.trainedWith ?? {}),
      ...Object.keys(given.replicates ?? {}),
      ...(given.contrasts ?? []).flatMap(({ assistant, against }) => [assistant, against]),
      ...wildbench.map(({ assistant }) => assistant),
      ...wildbenchPairs.flatMap(({ test, reference }) => [test, reference]),
    ]) ??
    unknownLabel("simulator", simulators, [
      ...matrix.map(({ simulator }) => simulator),
      ...Object.values(given.trainedWith ?? {}),
    ]) ??
    repeatedCell(matrix) ??
    unlikeVerdicts(wildbench) ??
    (wildbenchPairs.length > 0 && wildbench.length === 0
      ? "wildbenchPairs stand beside wildbench: give that too"
      : undefined),
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
  const { matrix, split, wildbench = [], wildbenchPairs = [], ...given } = input
  const cells = yield* Effect.forEach(matrix, ({ evaluation, ...cell }) =>
    Effect.map(Stream.runCollect(read.stream(evaluation.transcripts)), (records) => ({
      ...cell,
      result: evaluation,
      rollouts: Chunk.toReadonlyArray(records),
    })),
  )
  const heldOut = split === undefined ? undefined : yield* conversations.read(split.test.conversations)
  const judged = yield* Effect.forEach(wildbench, ({ assistant, verdicts: result, scores: scored }) =>
    Effect.all({
      rows: verdicts.read(result.verdicts),
      scores:
        scored === undefined
          ? Effect.succeed(undefined)
          : Effect.map(scores.read(scored.scores), (rows) => ({ result: scored, rows })),
    }).pipe(Effect.map((parts) => ({ assistant, result, ...parts }))),
  )
  const compared = yield* Effect.forEach(wildbenchPairs, ({ pairs: result, ...labels }) =>
    Effect.map(pairs.read(result.pairs), (rows) => ({ ...labels, result, rows })),
  )
  return buildReportData({ ...given, matrix: cells, heldOut, wildbench: judged, wildbenchPairs: compared })
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
  const is = (step: Step.AnyStep | undefined) => step === undefined || outputOf(step) !== undefined
  const { split, replicates, contrasts, wildbench, wildbenchPairs, ...rest } = input
  const part = {
    ...rest,
    ...(split === undefined || outputOf(split) === undefined ? {} : { split }),
    simulators,
    assistants,
    ...(replicates === undefined
      ? {}
      : { replicates: Record.filter(replicates, (_, assistant) => known(assistants, assistant)) }),
    ...(contrasts === undefined
      ? {}
      : {
          contrasts: contrasts.filter((pair) => known(assistants, pair.assistant) && known(assistants, pair.against)),
        }),
    ...(wildbench === undefined
      ? {}
      : {
          wildbench: wildbench.filter((one) => known(assistants, one.assistant) && is(one.verdicts) && is(one.scores)),
        }),
    ...(wildbenchPairs === undefined ? {} : { wildbenchPairs: wildbenchPairs.filter((one) => is(one.pairs)) }),
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
  const { simulators, assistants, matrix, split, wildbench = [], wildbenchPairs = [] } = input
  return Object.fromEntries([
    ...Object.entries(simulators).map(([label, step]) => [stepLabels.simulator(label), idOf(step)]),
    ...Object.entries(assistants).map(([label, step]) => [stepLabels.assistant(label), idOf(step)]),
    ...matrix.map((cell) => [stepLabels.evaluation(cell), idOf(cell.evaluation)]),
    ...wildbench.map(({ assistant, verdicts: step }) => [stepLabels.wildbench(assistant), idOf(step)]),
    ...wildbench.flatMap(({ assistant, scores: step }) =>
      step === undefined ? [] : [[stepLabels.wildbenchScores(assistant), idOf(step)]],
    ),
    ...wildbenchPairs.map((pair) => [stepLabels.wildbenchPairs(pair), idOf(pair.pairs)]),
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

/** Verdicts of other judges, or on other tasks, can't stand in one table. */
const unlikeVerdicts = (cells: ReadonlyArray<typeof WildBenchCell.Type>) => {
  const names = cells.map(({ assistant }) => assistant)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) return `wildbench has two entries of ${repeated}`
  const [first, ...others] = cells.map(({ verdicts: { input } }) => JSON.stringify(input["judges"]))
  return others.every((judges) => judges === first)
    ? undefined
    : "the verdicts of wildbench are of different judges: assistants would be compared by who judged them"
}
