/**
 * What stages give. Each is nominal by its tag (a policy is no simulator), small, and names files as artifacts.
 * Perplexities are exp(mean nats per token); times are seconds.
 */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { Ending } from "./Conversation.ts"
import { IterationMetrics } from "./IterationMetrics.ts"
import { ModelSpec } from "./ModelSpec.ts"
import { Personas } from "./Persona.ts"

/**
 * JSONL of `Conversation`, one a line; `count` and `users` are of those that can be used. `skipped` counts rows left out
 * by --skip-invalid, by reason. `formats` are the kinds of logs that were read.
 */
export const CorpusResult = Schema.TaggedStruct("Corpus", {
  conversations: ArtifactRef,
  formats: Schema.Array(Schema.String),
  count: Schema.Int,
  users: Schema.Int,
  skipped: Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int })),
})
export type CorpusResult = typeof CorpusResult.Type

/** A part of a split: JSONL of `Conversation`, and how many of what are in it. */
export const Part = Schema.Struct({ conversations: ArtifactRef, count: Schema.Int, users: Schema.Int })
export type Part = typeof Part.Type

/** How many were left out, by reason. */
export const Dropped = Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int }))
export type Dropped = typeof Dropped.Type

/**
 * A corpus made ready: what was left out of it and its parts. `preset` names the rules that made them. No user is in
 * two parts, unless the preset trains simulators and assistants on one (then both name the same artifact). Simulators
 * are trained on `simulator` and picked on `validation`, assistants are trained on `assistant`; both are measured on
 * `test`. `notes` are for people: what was checked, and what it found.
 */
export const SplitResult = Schema.TaggedStruct("Split", {
  preset: Schema.NonEmptyString,
  simulator: Part,
  assistant: Part,
  validation: Part,
  test: Part,
  dropped: Dropped,
  notes: Schema.Array(Schema.String),
})
export type SplitResult = typeof SplitResult.Type

/**
 * A state of a trainable model. `identity` is the rolling hash of its history (contract 2); `state` restores weights
 * and optimizer; both are artifacts of the trainer's own files.
 */
export const Checkpoint = Schema.Struct({
  base: ModelSpec,
  identity: Schema.NonEmptyString,
  rank: Schema.Int,
  seed: Schema.Int,
  state: ArtifactRef,
})
export type Checkpoint = typeof Checkpoint.Type

/** The user's first message: the real one of the prompt, or one that the simulator writes from the intent. */
export const Opening = Schema.Literal("real", "generated")
export type Opening = typeof Opening.Type

/**
 * What a simulator that speaks by flipped roles is told before the conversation: the intent (as the paper's fine-tuned
 * simulators are), the persona, both, or nothing.
 */
export const Condition = Schema.Literal("intent", "persona", "persona-and-intent", "none")
export type Condition = typeof Condition.Type

/** How a role-playing model is asked: for a JSON object by instructions, or to go on where the user's turn begins. */
export const Style = Schema.Literal("json", "plain")
export type Style = typeof Style.Type

/** A prompted simulator: nothing was trained. `condition` is of the plain style. */
export const RolePlayResult = Schema.TaggedStruct("RolePlay", {
  model: ModelSpec,
  opening: Opening,
  personas: Personas,
  style: Style,
  condition: Condition,
  /** SHA-256 of the words of the JSON style's prompt, for provenance. */
  prompt: Schema.String,
})
export type RolePlayResult = typeof RolePlayResult.Type

/** A fine-tuned simulator behind an endpoint that continues raw prompts. `template` frames the turns. */
export const ServedResult = Schema.TaggedStruct("ServedSimulator", {
  model: ModelSpec,
  opening: Opening,
  template: Schema.Literal("chatml", "llama-3"),
  /** What stands for the end of the conversation in its answers. */
  marker: Schema.NonEmptyString,
})
export type ServedResult = typeof ServedResult.Type

export const Perplexity = Schema.Struct({ before: Schema.Number, after: Schema.Number, tokens: Schema.Int })
export type Perplexity = typeof Perplexity.Type

/** A simulator that an experiment file defines: its function is found by name when it is to speak. */
export const CustomResult = Schema.TaggedStruct("CustomSimulator", {
  name: Schema.NonEmptyString,
  version: Schema.Int,
  /** SHA-256 of the text of its function: whatever was said by another one is said anew. */
  body: Schema.String,
  opening: Opening,
  personas: Personas,
  /** As its own schema encodes them. */
  settings: Schema.Unknown,
})
export type CustomResult = typeof CustomResult.Type

/**
 * Largest difference in nats between a training result as it was journaled and as it came out when it was replayed
 * after an interruption; absent where there was none, or none beyond what the trainer declares (contract 2).
 */
const Drift = Schema.optional(Schema.Number)

/** Cross-entropy on the validation part after so many steps: nats per learnt token, over so many of them. */
export const SftEvaluation = Schema.Struct({ step: Schema.Int, nats: Schema.Number, tokens: Schema.Int })
export type SftEvaluation = typeof SftEvaluation.Type

/**
 * A simulator fine-tuned on real user turns. `losses` are nats per trained token before each optimizer step.
 * Perplexity and `ending` are of the test part: of the tokens that users wrote and the ends of their turns, each token
 * as much as any other, without the closing turn; and the probability of ending where the user ended, mean over
 * conversations.
 */
export const FineTunedResult = Schema.TaggedStruct("FineTuned", {
  /** The state with the lowest evaluation, the last one where the recipe has none. */
  checkpoint: Checkpoint,
  /** After how many steps that was. */
  step: Schema.Int,
  opening: Opening,
  condition: Condition,
  /** Spoken to in training as in use, where the condition has a persona. */
  personas: Personas,
  /** What the simulator says to end a conversation. */
  marker: Schema.Literal("empty-turn", "<|endconversation|>"),
  perplexity: Perplexity,
  /** Null where no conversation that is measured has its end within the context. */
  ending: Schema.Struct({ before: Schema.NullOr(Schema.Number), after: Schema.NullOr(Schema.Number) }),
  losses: Schema.Array(Schema.Number),
  /** One for each optimizer step. */
  learningRates: Schema.Array(Schema.Number),
  /** In order; the first one is before training. */
  evaluations: Schema.Array(SftEvaluation),
  /** Conversations trained on, how many of them were cut, in how many sequences, and what was left out of the part. */
  data: Schema.Struct({
    conversations: Schema.Int,
    truncated: Schema.Int,
    sequences: Schema.Int,
    leftOut: Dropped,
  }),
  drift: Drift,
  seconds: Schema.Number,
})
export type FineTunedResult = typeof FineTunedResult.Type

export const SimulatorResult = Schema.Union(RolePlayResult, FineTunedResult, ServedResult, CustomResult)
export type SimulatorResult = typeof SimulatorResult.Type

export const FailureCount = Schema.Struct({
  by: Schema.Literal("infrastructure", "assistant"),
  reason: Schema.String,
  count: Schema.Int,
})
export type FailureCount = typeof FailureCount.Type

/** Draws of simulated users' turns that guardrails refused, over all rollouts, by reason. */
export const RefusalCounts = Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int }))
export type RefusalCounts = typeof RefusalCounts.Type

export const EndingCounts = Schema.Array(Schema.Struct({ ending: Ending, count: Schema.Int }))
export type EndingCounts = typeof EndingCounts.Type

/** What became of rollouts: how they ended, which draws were refused, and what failed. */
const outcomes = {
  rollouts: Schema.Int,
  endings: EndingCounts,
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
}

/** One GRPO iteration. Means are over rollouts with a verdict; `kl` is the mean sampled-token estimate, in nats. */
export const Iteration = Schema.Struct({
  drift: Drift,
  index: Schema.Int,
  identity: Schema.String,
  reward: Schema.Number,
  measures: Schema.Record({ key: Schema.String, value: Schema.Number }),
  kl: Schema.Number,
  ...outcomes,
  /** Those trained on; 0 where the iteration made no update, and the policy is that of the iteration before. */
  groups: Schema.Int,
  /** JSONL of `Rollout`. */
  transcripts: ArtifactRef,
  /** Absent where the recipe does not save after every iteration. */
  state: Schema.optional(ArtifactRef),
  /** Where the recipe asks for them. */
  metrics: Schema.optional(IterationMetrics),
  seconds: Schema.Struct({ sampling: Schema.Number, training: Schema.Number, saving: Schema.Number }),
})
export type Iteration = typeof Iteration.Type

/** How the policy did on the validation part after so many iterations: the same prompts and seeds each time. */
export const Validation = Schema.Struct({
  after: Schema.Int,
  reward: Schema.NullOr(Schema.Number),
  ...outcomes,
  transcripts: ArtifactRef,
  seconds: Schema.Number,
})
export type Validation = typeof Validation.Type

/** A checkpoint after so many iterations. */
export const KeptCheckpoint = Schema.Struct({ after: Schema.Int, checkpoint: Checkpoint })
export type KeptCheckpoint = typeof KeptCheckpoint.Type

/**
 * How an assistant's checkpoint was chosen among those that were kept. `behind` are mean rewards by which they are behind
 * the best one on validation, with the standard error of the differences paired by prompt.
 */
export const Selection = Schema.Struct({
  rule: Schema.Union(Schema.Literal("last", "one-standard-error"), Schema.Int),
  chosen: Schema.Int,
  best: Schema.optional(Schema.Int),
  behind: Schema.Array(Schema.Struct({ after: Schema.Int, mean: Schema.Number, standardError: Schema.Number })),
  /** Patience ended before the recipe's iterations did. */
  stoppedEarly: Schema.Boolean,
  /** In order; the last one is where training ended. Equal numbers in several arms are matched. */
  checkpoints: Schema.Array(KeptCheckpoint),
})
export type Selection = typeof Selection.Type

export const AssistantResult = Schema.TaggedStruct("Assistant", {
  /** The chosen one; the last where nothing was to choose. */
  checkpoint: Checkpoint,
  curve: Schema.Array(Iteration),
  /** Where the recipe validates. */
  validations: Schema.optional(Schema.Array(Validation)),
  selection: Schema.optional(Selection),
  /**
   * For people: what the training server passed over, where sampling was biased, how the recipe is not the paper's, how
   * many iterations made no update.
   */
  notes: Schema.optional(Schema.Array(Schema.String)),
})
export type AssistantResult = typeof AssistantResult.Type

/** The model as it was before training. */
export const InitialResult = Schema.TaggedStruct("InitialAssistant", { model: ModelSpec })
export type InitialResult = typeof InitialResult.Type

export const PolicyResult = Schema.Union(AssistantResult, InitialResult)
export type PolicyResult = typeof PolicyResult.Type

/**
 * One cell of the cross-simulator matrix: an assistant with a simulator in a persona, on held-out prompts. The scores
 * are in `transcripts` (JSONL of `Rollout`), one for each prompt and sample, so that contrasts are paired by prompt.
 */
export const EvaluationResult = Schema.TaggedStruct("Evaluation", {
  /** What the simulated users were in this cell: one persona, or a mixture. */
  personas: Personas,
  ...outcomes,
  reward: Schema.NullOr(Schema.Number),
  transcripts: ArtifactRef,
  seconds: Schema.Number,
})
export type EvaluationResult = typeof EvaluationResult.Type

/** Conversations of an assistant with a simulator, nobody judging: data, or what a simulator's likeness is read from. */
export const SimulationResult = Schema.TaggedStruct("Simulation", {
  personas: Personas,
  ...outcomes,
  transcripts: ArtifactRef,
  seconds: Schema.Number,
})
export type SimulationResult = typeof SimulationResult.Type

/** The numbers of the report as one JSON artifact; rendering adds what the journal and the ledger know of the run. */
export const ReportResult = Schema.TaggedStruct("Report", { data: ArtifactRef })
export type ReportResult = typeof ReportResult.Type
