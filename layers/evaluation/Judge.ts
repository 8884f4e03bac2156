/** Says what a rollout is worth. A judge that can't be reached fails; it never gives a zero (contract 3). */
import { Context, Effect, Layer } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { CallJournal } from "../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { Begun, Dialogue } from "../generation/converse.ts"
import { checklistVerdict } from "./checklistVerdict.ts"
import { CommandScorer } from "./CommandScorer.ts"
import { commandVerdict } from "./commandVerdict.ts"
import { mixVerdict, turnVerdict } from "./composedVerdicts.ts"
import { multiTurnVerdict } from "./multiTurnVerdict.ts"
import type { ConversationReward, Reward } from "./Reward.ts"
import { rubricVerdict } from "./rubricVerdict.ts"
import { tokenVerdict } from "./tokenVerdict.ts"
import type { JudgeError, Judgment } from "./Unscored.ts"

export interface Judged {
  readonly dialogue: Dialogue
  /** The conversation that the opening and the intent come from. */
  readonly prompt: Conversation
  /** Mean nats per token of the assistant's words under the initial model, where that was asked. */
  readonly fluency: number | undefined
  /** The same for each assistant turn. */
  readonly fluencies?: ReadonlyArray<number | undefined> | undefined
  /** `reply`: the last one alone, which the dialogue then ends with. Default: the conversation. */
  readonly of?: "conversation" | "reply"
  /** Goes on with a conversation as the rollout would have; for rewards of what a reply leads to. */
  readonly forward?: Forward | undefined
  readonly caller: Caller
}

/** `window`: assistant turns more, at most. Each sample has seeds of its own. */
export type Forward = (
  from: Begun,
  options: { readonly window: number; readonly sample: number },
) => Effect.Effect<Dialogue, LlmError>

/** Judges what a composed reward is made of. */
export type JudgePart = (reward: ConversationReward, judged: Judged) => Effect.Effect<Judgment, JudgeError>

export class Judge extends Context.Tag("understudy/layers/evaluation/Judge")<
  Judge,
  { readonly verdict: (reward: Reward, judged: Judged) => Effect.Effect<Judgment, JudgeError> }
>() {
  static readonly layer: Layer.Layer<Judge, never, LanguageModel | CallJournal> = Layer.effect(
    Judge,
    Effect.gen(function* () {
      // Nothing else of the layer's surroundings: how often a step was tried is the caller's to say.
      const services = Context.make(LanguageModel, yield* LanguageModel).pipe(
        Context.add(CommandScorer, yield* CommandScorer),
      )
      const part: JudgePart = (reward, judged) => Effect.provide(verdictOf(reward, judged), services)
      const verdictOf = (
        reward: ConversationReward,
        judged: Judged,
      ): Effect.Effect<Judgment, JudgeError, LanguageModel | CommandScorer> => {
        switch (reward._tag) {
          case "ChecklistReward":
            return checklistVerdict(reward, judged)
          case "RubricReward":
            return rubricVerdict(reward, judged)
          case "TokenReward":
            return tokenVerdict(reward, judged)
          case "CommandReward":
            return commandVerdict(reward, judged)
          case "MixReward":
            return mixVerdict(reward, judged, part)
          case "MultiTurnAwareReward":
            return multiTurnVerdict(reward, judged, part)
        }
      }
      return Judge.of({
        verdict: (reward, judged) =>
          reward._tag === "TurnReward" ? turnVerdict(reward, judged, part) : part(reward, judged),
      })
    }),
  ).pipe(Layer.provide(CommandScorer.layer()))
}
