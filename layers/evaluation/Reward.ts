/**
 * What a rollout is rewarded for, as data in an experiment. Checklists and rubrics are in [0, 1], tokens are counted, and
 * a mix is what its weights make of its parts. `Reward.rubric([...])` and the like build the same literals.
 */
import { Schema } from "effect"
import { FileRef } from "../../src/domain/FileRef.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Check } from "./Checklist.ts"
import { rewards } from "./rewards.ts"

const weight = Schema.NonNegative
const positive = Schema.Int.pipe(Schema.positive())

/**
 * Verifiable checks on the assistant's replies, less penalties for what such checks invite: echoing the user, repeating
 * oneself, and words that the initial model finds unlikely. It measures checklist satisfaction, not quality.
 */
export const ChecklistReward = Schema.TaggedStruct("ChecklistReward", {
  /** Asked of every rollout. */
  checks: Schema.Array(Check),
  /** Whether the checklist of the prompt's own conversation is asked too. */
  own: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Of the share of copied words and of repeated words. */
  copying: Schema.optionalWith(weight, { default: () => 0.5 }),
  repetition: Schema.optionalWith(weight, { default: () => 0.5 }),
  /** Of the share of the reply's content words that are the user's own, above `above`, full where all of them are. */
  echo: Schema.optionalWith(Schema.Struct({ above: Schema.Number.pipe(Schema.between(0, 0.99)), weight }), {
    default: () => ({ above: 0.5, weight: 0.5 }),
  }),
  /** Of the distance below `floor` (nats per token under the initial model), full at one nat below. */
  fluency: Schema.optionalWith(Schema.Struct({ floor: Schema.Number, weight }), {
    default: () => ({ floor: -3.5, weight: 0.5 }),
  }),
})
export type ChecklistReward = typeof ChecklistReward.Type

/**
 * What happens when a judge gives no usable score. `drop-rollout`: the rollout is missing. `drop-judge`: that judge is
 * left out for all rollouts of the prompt, so that its being harsher or milder than the others never becomes an
 * advantage; see `combineJudges`. `paper-zero`: it counts as 0 in the mean, as in the paper's code.
 */
export const OnJudgeFailure = Schema.Literal("drop-rollout", "drop-judge", "paper-zero")
export type OnJudgeFailure = typeof OnJudgeFailure.Type

/** Graded from 0 to 10 by each judge on the rubric, then averaged and divided by 10 (paper 1.4). */
export const RubricReward = Schema.TaggedStruct("RubricReward", {
  judges: Schema.NonEmptyArray(ModelSpec),
  rubric: Schema.optionalWith(Schema.NonEmptyString, {
    default: () => "alignment with what the user wants, usefulness, and clarity",
  }),
  /** What grades mean. */
  anchors: Schema.optionalWith(Schema.NonEmptyString, {
    default: () =>
      "0 or 1 is completely unhelpful, 2 or 3 minimally, 4 or 5 somewhat, 6 or 7 moderately, 8 or 9 quite, 10 very helpful",
  }),
  onJudgeFailure: Schema.optionalWith(OnJudgeFailure, { default: () => "drop-rollout" as const }),
})
export type RubricReward = typeof RubricReward.Type

/** Tokens that the assistant wrote, as its endpoint counts them, in units of `per`. Given a negative weight in a mix. */
export const TokenReward = Schema.TaggedStruct("TokenReward", {
  per: Schema.optionalWith(Schema.Positive, { default: () => 1000 }),
})
export type TokenReward = typeof TokenReward.Type

/** A program that reads rollouts as JSON lines and answers each with one line; see docs/rewards.md. */
export const CommandReward = Schema.TaggedStruct("CommandReward", {
  /** The program and its arguments. A `FileRef`, such as the script, is part of the step's id by its content. */
  command: Schema.Tuple([Schema.NonEmptyString], Schema.Union(FileRef, Schema.String)),
  /** What the program reads besides: modules, data. Their content is part of the step's id as well. */
  files: Schema.optionalWith(Schema.Array(FileRef), { default: () => [] }),
  /** Seconds that the program has for one rollout. */
  timeout: Schema.optionalWith(Schema.Positive, { default: () => 60 }),
  /** Bounds of its rewards. One outside of them is refused; the lower one is the floor. */
  range: Schema.optionalWith(Schema.Struct({ low: Schema.Finite, high: Schema.Finite }), {
    default: () => ({ low: 0, high: 1 }),
  }),
})
export type CommandReward = typeof CommandReward.Type

/** Rewards that give one number for what they are shown. */
export type ConversationReward =
  ChecklistReward | RubricReward | TokenReward | CommandReward | MixReward | MultiTurnAwareReward
export type ConversationRewardEncoded =
  | typeof ChecklistReward.Encoded
  | typeof RubricReward.Encoded
  | typeof TokenReward.Encoded
  | typeof CommandReward.Encoded
  | MixRewardEncoded
  | MultiTurnAwareRewardEncoded

export const ConversationReward: Schema.Schema<ConversationReward, ConversationRewardEncoded> = Schema.suspend(() =>
  Schema.Union(ChecklistReward, RubricReward, TokenReward, CommandReward, MixReward, MultiTurnAwareReward),
)

type Parts<R> = readonly [readonly [weight: number, reward: R], ...ReadonlyArray<readonly [weight: number, reward: R]>]

export interface MixReward {
  readonly _tag: "MixReward"
  readonly parts: Parts<ConversationReward>
}
export interface MixRewardEncoded {
  readonly _tag: "MixReward"
  readonly parts: Parts<ConversationRewardEncoded>
}

/** The sum of its parts, each times its weight. */
export const MixReward: Schema.Schema<MixReward, MixRewardEncoded> = Schema.TaggedStruct("MixReward", {
  parts: Schema.NonEmptyArray(Schema.Tuple(Schema.Finite, ConversationReward)),
})

const forwarding = {
  /** Forward conversations for each candidate reply. */
  samples: positive,
  /** Assistant turns after the candidate reply, at most. 0: the conversation as it stands. */
  window: Schema.NonNegativeInt,
  /** Bounds of each metric's weighted mean. */
  clamp: Schema.optional(Schema.Struct({ low: Schema.Finite, high: Schema.Finite })),
}
type Forwarding = Schema.Struct.Type<typeof forwarding>

export interface MultiTurnAwareReward extends Forwarding {
  readonly _tag: "MultiTurnAwareReward"
  readonly metrics: readonly [Metric<ConversationReward>, ...ReadonlyArray<Metric<ConversationReward>>]
}
export interface MultiTurnAwareRewardEncoded extends Forwarding {
  readonly _tag: "MultiTurnAwareReward"
  readonly metrics: readonly [Metric<ConversationRewardEncoded>, ...ReadonlyArray<Metric<ConversationRewardEncoded>>]
}
interface Metric<R> {
  readonly weight: number
  readonly metric: R
}

/**
 * CollabLLM's reward of the last reply: conversations are gone on with from there, and each is measured (paper 3.1). The
 * sum over metrics of weight times mean over samples.
 */
export const MultiTurnAwareReward: Schema.Schema<MultiTurnAwareReward, MultiTurnAwareRewardEncoded> =
  Schema.TaggedStruct("MultiTurnAwareReward", {
    metrics: Schema.NonEmptyArray(Schema.Struct({ weight: Schema.Finite, metric: ConversationReward })).pipe(
      Schema.filter((metrics) => !metrics.some(({ metric }) => looksForward(metric)), {
        message: () => "a metric can't be multi-turn-aware itself: it would sample forward from forward samples",
      }),
    ),
    ...forwarding,
  })

/**
 * Every assistant turn is judged by itself. The rollout's reward is its score, and each turn is given its share of the
 * advantage by its credit (UserRL, paper 3.3; `TurnCredit`).
 */
export const TurnReward = Schema.TaggedStruct("TurnReward", {
  each: ConversationReward,
  credit: Schema.optionalWith(Schema.Literal("Equalized", "R2G", "EM"), { default: () => "Equalized" as const }),
  score: Schema.optionalWith(Schema.Literal("Sum", "R2G"), { default: () => "Sum" as const }),
  gamma: Schema.optionalWith(Schema.Number.pipe(Schema.between(0, 1)), { default: () => 0.8 }),
})
export type TurnReward = typeof TurnReward.Type

const AnyReward: Schema.Schema<ConversationReward | TurnReward, ConversationRewardEncoded | typeof TurnReward.Encoded> =
  Schema.Union(ConversationReward, TurnReward)

/** The schema of all rewards, with what builds them. */
export const Reward = Object.assign(AnyReward, rewards)
export type Reward = typeof AnyReward.Type

const looksForward = (reward: ConversationReward): boolean =>
  reward._tag === "MultiTurnAwareReward" ||
  (reward._tag === "MixReward" && reward.parts.some(([, part]) => looksForward(part)))
