/** What a model makes of one real user's turns, framed as the simulator is asked: the same turns with and without the intent. */
import { Effect, Either } from "effect"
import type { Conversation } from "../../../src/domain/Conversation.ts"
import type { Persona } from "../../../src/domain/Persona.ts"
import type { Condition } from "../../../src/domain/Results.ts"
import type { Caller } from "../../../src/ports/LanguageModel.ts"
import { pythonStrip } from "../../generation/pythonStrip.ts"
import { saysPersona, userSystem } from "../../generation/userSystem.ts"
import type { TokenModel } from "../../llm/TokenModel.ts"
import { flip, upTo } from "../../training/SftFlip.ts"
import type { Rejection } from "../../training/SftFlip.ts"
import { surpriseOf, wordTokens } from "./likelihood.ts"
import type { UserScore } from "./rows.ts"

export interface Scoring {
  /** What the simulator is told in use; the intent is added to it and left out of it. */
  readonly condition: Condition
  readonly persona: Persona
  /** Of the context: longer conversations are cut after the last user turn that ends within it. */
  readonly maxTokens: number
  readonly caller: Caller
}

export type Unscored = Rejection | "its first user turn is longer than the context"

/** Throws `TemplateFailed` (as a defect) where the model's template can't render the conversation. */
export const scoreUser = Effect.fnUntraced(function* (model: TokenModel, conversation: Conversation, how: Scoring) {
  const base = saysPersona(how.condition) ? "persona" : "none"
  const told = base === "persona" ? "persona-and-intent" : "intent"
  const framed = (condition: Condition) =>
    flip(model, conversation, {
      rules: "own",
      system: userSystem(condition, how.persona, conversation.intent),
      intended: false,
      marker: "",
    })
  const intended = pythonStrip(conversation.intent ?? "") !== ""
  const both = Either.all({ without: framed(base), told: framed(intended ? told : base) })
  if (Either.isLeft(both)) return unscored(both.left)
  const { without, told: knowing } = both.right
  const fitting = (ends: ReadonlyArray<number>) => ends.filter((end) => end <= how.maxTokens).length
  const turns = Math.min(fitting(without.turnEnds), fitting(knowing.turnEnds))
  if (turns === 0) return unscored("its first user turn is longer than the context")
  const surprise = (sample: typeof without) => {
    const cut = upTo(sample, sample.turnEnds[turns - 1] ?? 0)
    return Effect.map(model.score(cut.ids, how.caller), (logprobs) => ({
      tokens: wordTokens(cut),
      ...surpriseOf(cut, logprobs),
    }))
  }
  const { tokens, ...withoutIntent } = yield* surprise(without)
  const { tokens: _, ...withIntent } = yield* surprise(knowing)
  const said = conversation.messages.filter(({ role }) => role === "user")
  const score: UserScore = {
    conversation: conversation.id,
    turns,
    cut: said.length - turns,
    tokens,
    bytes: said.slice(0, turns).reduce((sum, { content }) => sum + Buffer.byteLength(pythonStrip(content)), 0),
    withIntent: intended ? withIntent : null,
    withoutIntent,
  }
  return Either.right(score) as Scored
})

type Scored = Either.Either<UserScore, Unscored>

const unscored = (reason: Unscored): Scored => Either.left(reason)
