/** What a report is made of: results by label, with the transcripts they name already read. */
import type { Conversation } from "../../../src/domain/Conversation.ts"
import type { EvaluationResult, PolicyResult, SimulatorResult } from "../../../src/domain/Results.ts"
import type { Rollout } from "../../../src/domain/Rollout.ts"

export interface ReportCell {
  readonly assistant: string
  readonly simulator: string
  readonly persona: string
  readonly heldOut: boolean
  readonly result: EvaluationResult
  readonly rollouts: ReadonlyArray<Rollout>
}

export interface ReportInputs {
  readonly title?: string | undefined
  readonly simulators: Readonly<Record<string, SimulatorResult>>
  readonly assistants: Readonly<Record<string, PolicyResult>>
  /** The simulator's label by the assistant's. */
  readonly trainedWith?: Readonly<Record<string, string>> | undefined
  readonly matrix: ReadonlyArray<ReportCell>
  /** Real conversations of the held-out users: tell users apart, and how long real turns are. */
  readonly heldOut?: ReadonlyArray<Conversation> | undefined
}
