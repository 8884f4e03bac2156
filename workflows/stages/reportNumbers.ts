/** The numbers of a report from what its steps gave, all of them or those that are done, and where they come from. */
import { Chunk, Effect, Option, Record, Schema, Stream } from "effect"
import { buildReportData } from "../../layers/evaluation/report/buildReportData.ts"
import { ReportRollout } from "../../layers/evaluation/report/ReportInputs.ts"
import { stepLabels } from "../../layers/evaluation/report/stepLabels.ts"
import { Driver, Step } from "../../src/index.ts"
import { conversations, lines } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"
import { Inputs, Results } from "./reportInputs.ts"
import { pairs, scores, verdicts } from "./wildBenchFiles.ts"

const read = lines(ReportRollout)

/** From results; reads the transcripts that they name. */
export const reportData = Effect.fnUntraced(function* (input: Schema.Schema.Type<typeof Results>) {
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
    trainedFrom: Record.filter(
      input.trainedFrom ?? {},
      (initial, assistant) => known(assistants, assistant) && known(assistants, initial),
    ),
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
  const judged = (label: string, step: Step.AnyStep, answers: Readonly<Record<string, unknown>>) => [
    [label, idOf(step)],
    ...Object.entries(answers).flatMap(([assistant, above]) =>
      Step.isStep(above) ? [[stepLabels.wildbenchAnswers(label, assistant), idOf(above)]] : [],
    ),
  ]
  return Object.fromEntries([
    ...Object.entries(simulators).map(([label, step]) => [stepLabels.simulator(label), idOf(step)]),
    ...Object.entries(assistants).map(([label, step]) => [stepLabels.assistant(label), idOf(step)]),
    ...matrix.map((cell) => [stepLabels.evaluation(cell), idOf(cell.evaluation)]),
    ...wildbench.flatMap(({ assistant, verdicts: step }) =>
      judged(stepLabels.wildbench(assistant), step, { [assistant]: step.input["answers"] }),
    ),
    ...wildbench.flatMap(({ assistant, scores: step }) =>
      step === undefined
        ? []
        : judged(stepLabels.wildbenchScores(assistant), step, { [assistant]: step.input["answers"] }),
    ),
    ...wildbenchPairs.flatMap(({ test, reference, pairs: step }) =>
      judged(stepLabels.wildbenchPairs({ test, reference }), step, {
        [test]: step.input["test"],
        [reference]: step.input["reference"],
      }),
    ),
    ...(split === undefined ? [] : [[stepLabels.split, idOf(split)]]),
    [stepLabels.report, idOf(report)],
  ])
}
