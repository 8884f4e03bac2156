/**
 * One rollout from opening to verdict: the conversation, how likely the initial model finds the assistant's words, and
 * what the judge says. What the assistant caused scores the floor; what the infrastructure caused is missing.
 */
import { Effect } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { Rollout, RolloutFailure, Verdict } from "../../src/domain/Rollout.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { converse } from "../generation/converse.ts"
import type { Dialogue } from "../generation/converse.ts"
import type { Assistant, SimulatedUser } from "../generation/Speaker.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import type { Transition } from "../training/GrpoDatums.ts"
import { Judge } from "./Judge.ts"
import type { Reward } from "./Reward.ts"

export interface Casting {
  readonly assistant: Assistant
  readonly user: SimulatedUser
  /** The model that the assistant was before training, where it is known in tokens. */
  readonly initial: TokenModel | undefined
  readonly reward: Reward
  readonly maxTurns: number
  /** The replicate's seed. */
  readonly seed: number
  readonly step: string
}

export interface RolledOut {
  readonly rollout: Rollout
  readonly transitions: ReadonlyArray<Transition>
  /** Log-probabilities (nats) of the last turn's whole sequence after its first token, under the initial model. */
  readonly initial: ReadonlyArray<number>
}

export const rollOut = Effect.fn("rollOut")(function* (casting: Casting, prompt: Conversation, sample: number) {
  const judge = yield* Judge
  const dialogue = yield* converse(casting.assistant, casting.user, {
    prompt: { id: prompt.id, opening: prompt.messages[0]?.content ?? "", intent: prompt.intent },
    sample,
    seed: casting.seed,
    maxTurns: casting.maxTurns,
  })
  const caller: Caller = { role: "judge", step: casting.step }
  const sequence = wholeSequence(dialogue.transitions)
  const initial =
    casting.initial === undefined || sequence.length < 2 ? [] : yield* casting.initial.score(sequence, caller)
  const fluency = fluencyOf(dialogue.transitions, initial)
  const judged = yield* verdictOf(dialogue, judge.verdict(casting.reward, { dialogue, prompt, fluency, caller }))
  const rollout: Rollout = {
    prompt: prompt.id,
    sample,
    messages: dialogue.messages,
    ending: dialogue.ending,
    ...judged,
    calls: dialogue.calls,
  }
  return { rollout, transitions: dialogue.transitions, initial } satisfies RolledOut
})

/** The floor, for what the assistant caused. */
const floor = ({ reason }: RolloutFailure): Verdict => ({
  reward: 0,
  checks: [{ check: "assistant", passed: false, reason }],
  measures: {},
})

const verdictOf = (dialogue: Dialogue, judge: Effect.Effect<Verdict, LlmError>) => {
  const { failure } = dialogue
  if (failure !== null) {
    return Effect.succeed({ failure, verdict: failure.by === "assistant" ? floor(failure) : null })
  }
  return judge.pipe(
    Effect.map((verdict) => ({ failure: null, verdict })),
    Effect.catchIf(
      ({ kind }) => kind === "data",
      (error) =>
        Effect.succeed({ failure: { by: "infrastructure" as const, reason: `judge: ${error._tag}` }, verdict: null }),
    ),
  )
}

/** The rollout in tokens: since every prompt continues the turn before, the last turn holds them all. */
const wholeSequence = (transitions: ReadonlyArray<Transition>) => {
  const last = transitions.at(-1)
  return last === undefined ? [] : [...last.observation, ...last.action]
}

/** Mean log-probability (nats) of the assistant's tokens; undefined where the initial model was not asked. */
const fluencyOf = (transitions: ReadonlyArray<Transition>, initial: ReadonlyArray<number>) => {
  if (initial.length === 0) return undefined
  const values = transitions.flatMap(({ observation, action }) =>
    action.map((_, i) => initial[observation.length + i - 1] ?? 0),
  )
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
