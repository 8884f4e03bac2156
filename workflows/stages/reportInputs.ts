/** What a report is asked for, and what can't stand in one. */
import { Schema } from "effect"
import { EvaluationResult, PolicyResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { WildBenchPairsResult, WildBenchScoresResult, WildBenchVerdictsResult } from "../../src/domain/WildBench.ts"
import { Step } from "../../src/index.ts"

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

export const Inputs = Schema.Struct({
  title: Schema.optional(Schema.NonEmptyString),
  /** What the experiment is to tell, as a person would ask it: stands above the answer. */
  question: Schema.optional(Schema.NonEmptyString),
  simulators: byLabel(Step.of(SimulatorResult)),
  assistants: byLabel(Step.of(PolicyResult)),
  /** The simulator's label by the assistant's, where the assistant's own label ("sft, seed 2") doesn't say it. */
  trainedWith: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  /**
   * The label of the model that an assistant was trained from, where its step doesn't tell: a checkpoint that another
   * program trained and an endpoint serves.
   */
  trainedFrom: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
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
export const Results = Schema.Struct({
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

/** The first thing that is wrong between inputs that are fine each by itself. */
export const reportProblem = ({
  simulators,
  assistants,
  matrix,
  wildbench = [],
  wildbenchPairs = [],
  ...given
}: typeof Inputs.Type): string | undefined =>
  unknownLabel("assistant", assistants, [
    ...matrix.map(({ assistant }) => assistant),
    ...Object.keys(given.trainedWith ?? {}),
    ...Object.entries(given.trainedFrom ?? {}).flat(),
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
  repeatedReplicate(given.replicates ?? {}) ??
  unlikeVerdicts(wildbench) ??
  (wildbenchPairs.length > 0 && wildbench.length === 0
    ? "wildbenchPairs stand beside wildbench: give that too"
    : undefined)

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

/** The second would stand for the first. */
const repeatedReplicate = (replicates: NonNullable<(typeof Inputs.Type)["replicates"]>) => {
  const entries = Object.entries(replicates).map(([assistant, { seed, labels }]) => {
    return { assistant, seed, key: JSON.stringify([seed, Object.entries(labels).toSorted()]) }
  })
  for (const [i, { assistant, seed, key }] of entries.entries()) {
    const first = entries.slice(0, i).find((other) => other.key === key)
    if (first !== undefined)
      return `replicates: ${first.assistant} and ${assistant} are the same way of training with the same seed (${seed || "none"}); tell them apart by a label, as acrossGrids does by the grid's name`
  }
  return undefined
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
