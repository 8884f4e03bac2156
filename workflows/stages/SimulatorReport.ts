/**
 * The numbers of a report on simulators from their fidelity results, as one artifact. Rendering it adds what the
 * journal and the ledger know of the run.
 */
import { Chunk, Effect, Option, Predicate, Schema, Stream } from "effect"
import { AnyReportJson } from "../../layers/evaluation/report/pageOf.ts"
import { buildSimulatorData, shownTalks } from "../../layers/evaluation/report/simulators/buildSimulatorData.ts"
import { stepLabels } from "../../layers/evaluation/report/stepLabels.ts"
import { AdherenceResult } from "../../src/domain/Adherence.ts"
import { FidelityResult } from "../../src/domain/Fidelity.ts"
import { ReplayResult } from "../../src/domain/Replay.ts"
import {
  EvaluationResult,
  ReportResult,
  SimulationResult,
  SimulatorResult,
  SplitResult,
} from "../../src/domain/Results.ts"
import { SimulatorReviewResult } from "../../src/domain/SimulatorReview.ts"
import { ArtifactStore, Driver, Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { conversations, rollouts } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"
import { readFloors } from "./readFloors.ts"

const Cell = Schema.Struct({
  /** As tables name the simulator. */
  label: Schema.NonEmptyString,
  simulator: Step.of(SimulatorResult),
  fidelity: Step.of(FidelityResult),
  simulation: Step.of(SimulationResult),
  replay: Schema.optional(Step.of(ReplayResult)),
  adherence: Schema.optional(Step.of(AdherenceResult)),
  review: Schema.optional(Step.of(SimulatorReviewResult)),
  /** How good it is to train with: a number, or the gain of the assistant trained with it over the initial one. */
  utility: Schema.optional(
    Schema.Union(
      Schema.Finite,
      Schema.Struct({ trained: Step.of(EvaluationResult), initial: Step.of(EvaluationResult) }),
    ),
  ),
})

const Inputs = Schema.Struct({
  title: Schema.optional(Schema.NonEmptyString),
  split: Step.of(SplitResult),
  cells: Schema.Array(Cell),
  /** What the cells' utilities are, as tables name them. */
  utilityName: Schema.optional(Schema.NonEmptyString),
})

/** The same with what the steps gave. */
const Results = Schema.Struct({
  ...Inputs.fields,
  split: SplitResult,
  cells: Schema.Array(
    Schema.Struct({
      ...Cell.fields,
      simulator: SimulatorResult,
      fidelity: FidelityResult,
      simulation: SimulationResult,
      replay: Schema.optional(ReplayResult),
      adherence: Schema.optional(AdherenceResult),
      review: Schema.optional(SimulatorReviewResult),
      utility: Schema.optional(
        Schema.Union(Schema.Finite, Schema.Struct({ trained: EvaluationResult, initial: EvaluationResult })),
      ),
    }),
  ),
})

export const SimulatorReport = Stage.make({
  name: "SimulatorReport",
  version: 2,
  input: Inputs.fields,
  output: ReportResult,
  check: ({ cells }) => {
    if (cells.length === 0) return "there is no simulator to report on: give `cells` at least one"
    const labels = cells.map(({ label }) => label)
    const repeated = labels.find((label, i) => labels.indexOf(label) !== i)
    return repeated === undefined ? undefined : `two cells are labelled "${repeated}"`
  },
  run: (input) =>
    Shard.once(
      "report",
      ReportResult,
      Effect.gen(function* () {
        const data = yield* simulatorData(input)
        const json = yield* asStageFailure(Schema.encode(AnyReportJson)(data))
        const store = yield* ArtifactStore
        return ReportResult.make({ data: yield* asStageFailure(store.put(Buffer.from(json))) })
      }),
    ),
  estimate: () => Estimate.free(1),
})

/** From results; reads the first transcripts that they name, and what real users said. */
const simulatorData = Effect.fnUntraced(function* ({ title, split, cells, utilityName }: typeof Results.Type) {
  const part = split.test.conversations
  const read = yield* Effect.forEach(cells, (cell) =>
    Effect.gen(function* () {
      const first = yield* Stream.runCollect(Stream.take(rollouts.stream(cell.simulation.transcripts), shownTalks))
      const floors = yield* readFloors(cell.fidelity, part)
      const { utility } = cell
      const gain = Predicate.isRecord(utility)
        ? { trained: utility.trained.transcripts, initial: utility.initial.transcripts }
        : undefined
      return { ...cell, floors, gain, utility: gainOf(utility), first: Chunk.toReadonlyArray(first) }
    }),
  )
  const wanted = new Set(read.flatMap(({ first }) => first.map(({ prompt }) => prompt)))
  const real = yield* Stream.runCollect(Stream.filter(conversations.stream(part), ({ id }) => wanted.has(id)))
  return buildSimulatorData({ title, split, cells: read, utilityName, real: Chunk.toReadonlyArray(real) })
})

/**
 * The numbers as far as steps are done: of simulators that are set beside real users. Undefined while there is none.
 * `outputOf` gives the encoded output of a step that is done.
 */
export const simulatorReportSoFar = Effect.fn("simulatorReportSoFar")(function* (
  report: Step.AnyStep,
  outputOf: (step: Step.AnyStep) => unknown,
) {
  const input = Option.getOrUndefined(Schema.validateOption(Inputs)(report.input))
  if (input === undefined) return undefined
  const isDone = (value: unknown): boolean =>
    Step.isStep(value)
      ? outputOf(value) !== undefined
      : !Predicate.isRecord(value) || Object.values(value).every(isDone)
  const cells = input.cells
    .filter(({ simulator, simulation, fidelity }) => [simulator, simulation, fidelity].every(isDone))
    .map((cell) => Object.fromEntries(Object.entries(cell).filter(([, part]) => isDone(part))))
  if (!isDone(input.split) || cells.length === 0) return undefined
  const part = Driver.resolve({ ...input, cells }, outputOf)
  return yield* simulatorData(yield* asStageFailure(Schema.decodeUnknown(Results)(part)))
})

/** The ids of the steps behind the rows, by the labels that the report's data has for them. */
export const simulatorReportSteps = (
  report: Step.AnyStep,
  idOf: (step: Step.AnyStep) => string,
): Readonly<Record<string, string>> => {
  const input = Option.getOrUndefined(Schema.validateOption(Inputs)(report.input))
  if (input === undefined) return {}
  return Object.fromEntries([
    ...input.cells.flatMap(({ label, simulator, simulation, fidelity, replay, adherence, review, utility }) => [
      [stepLabels.simulator(label), idOf(simulator)],
      [stepLabels.simulation(label), idOf(simulation)],
      [stepLabels.fidelity(label), idOf(fidelity)],
      ...(replay === undefined ? [] : [[stepLabels.replay(label), idOf(replay)]]),
      ...(adherence === undefined ? [] : [[stepLabels.adherence(label), idOf(adherence)]]),
      ...(review === undefined ? [] : [[stepLabels.review(label), idOf(review)]]),
      ...(Predicate.isRecord(utility)
        ? [
            [stepLabels.trainedWith(label), idOf(utility.trained)],
            [stepLabels.untrained(label), idOf(utility.initial)],
          ]
        : []),
    ]),
    [stepLabels.split, idOf(input.split)],
    [stepLabels.report, idOf(report)],
  ])
}

/** Mean reward of the trained assistant less that of the initial one; null where one has none. */
const gainOf = (
  utility: number | { readonly trained: EvaluationResult; readonly initial: EvaluationResult } | undefined,
): number | null | undefined => {
  if (utility === undefined || typeof utility === "number") return utility
  const { trained, initial } = utility
  return trained.reward === null || initial.reward === null ? null : trained.reward - initial.reward
}
