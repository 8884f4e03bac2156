/** What a report is made of: results by label, with the transcripts they name already read. */
import type { Conversation } from "../../../src/domain/Conversation.ts"
import type { EvaluationResult, PolicyResult, SimulatorResult } from "../../../src/domain/Results.ts"
import type { WildBenchCell, WildBenchRewards } from "./wildbench/buildWildBench.ts"
import { Rollout } from "../../../src/domain/Rollout.ts"

/** What a report reads of a rollout: with their tokens a large study's would not fit into memory. */
export const ReportRollout = Rollout.pick("prompt", "sample", "messages", "ending", "verdict", "failure", "judges")
export type ReportRollout = typeof ReportRollout.Type

export interface ReportCell {
  readonly assistant: string
  readonly simulator: string
  readonly persona: string
  readonly heldOut: boolean
  readonly result: EvaluationResult
  readonly rollouts: ReadonlyArray<ReportRollout>
}

export interface Replicate {
  readonly seed: string
  /** The way of training, by axis: equal in all replicates of it. */
  readonly labels: Readonly<Record<string, string>>
}

export interface ReportInputs {
  readonly title?: string | undefined
  /** What the experiment is to tell, as a person would ask it. */
  readonly question?: string | undefined
  readonly simulators: Readonly<Record<string, SimulatorResult>>
  readonly assistants: Readonly<Record<string, PolicyResult>>
  /** The simulator's label by the assistant's. What isn't said is read from labels: "sft, seed 2" was with "sft". */
  readonly trainedWith?: Readonly<Record<string, string>> | undefined
  /** The label of the model that an assistant was trained from, where its own result doesn't tell: behind an endpoint. */
  readonly trainedFrom?: Readonly<Record<string, string>> | undefined
  /** By the assistant's label; what isn't said is of no use for claims across seeds. */
  readonly replicates?: Readonly<Record<string, Replicate>> | undefined
  /** Pairs of assistants, by label, that are compared on the same prompts. */
  readonly contrasts?: ReadonlyArray<{ readonly assistant: string; readonly against: string }> | undefined
  /** The reward from which a conversation counts as a success. */
  readonly success?: number | undefined
  /** Whether intervals by conversation stand beside those by user. */
  readonly byConversation?: boolean | undefined
  readonly matrix: ReadonlyArray<ReportCell>
  /** Real conversations of the held-out users: tell users apart, and how long real turns are. */
  readonly heldOut?: ReadonlyArray<Conversation> | undefined
  readonly wildbench?: ReadonlyArray<WildBenchCell> | undefined
  readonly wildbenchPairs?: ReadonlyArray<WildBenchRewards> | undefined
}

/** The simulator that each trained assistant was trained with, as far as it is said or read from its label. */
export const ownSimulators = (inputs: ReportInputs): ReadonlyMap<string, string> => {
  const { simulators, assistants, trainedWith } = inputs
  return new Map(
    Object.keys(assistants).flatMap((label): ReadonlyArray<readonly [string, string]> => {
      if (!isTrained(inputs, label)) return []
      const own = trainedWith?.[label] ?? label.split(", ").find((part) => Object.hasOwn(simulators, part))
      return own === undefined ? [] : [[label, own]]
    }),
  )
}

/** By its result, or because the experiment says what it was trained from. */
export const isTrained = ({ assistants, trainedFrom = {} }: ReportInputs, label: string): boolean =>
  assistants[label]?._tag === "Assistant" || Object.hasOwn(trainedFrom, label)
