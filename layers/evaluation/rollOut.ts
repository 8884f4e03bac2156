/**
 * One rollout from opening to verdict: the conversation, how likely the initial model finds the assistant's words, and
 * what the judge says. What the assistant caused scores the floor; what the infrastructure caused is missing.
 */
import { Effect, Option } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { Opening } from "../../src/domain/Results.ts"
import type { JudgeScore, Rollout } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { converse } from "../generation/converse.ts"
import type { ConversationLimits, Dialogue, Setting } from "../generation/converse.ts"
import type { Guardrails } from "../generation/Guardrails.ts"
import type { Assistant, SimulatedUser } from "../generation/Speaker.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import type { Transition } from "../training/GrpoDatums.ts"
import { floorVerdict } from "./floorVerdict.ts"
import { Judge } from "./Judge.ts"
import type { Forward } from "./Judge.ts"
import type { Reward } from "./Reward.ts"
import { orUnscored, Unscored } from "./Unscored.ts"
import type { JudgeError, Judgment } from "./Unscored.ts"

export interface Casting {
  readonly assistant: Assistant
  readonly opening: Opening
  readonly userOf: (prompt: Conversation) => { readonly user: SimulatedUser; readonly persona: string }
  readonly limits: ConversationLimits
  readonly guardrails: Guardrails
  /** The replicate's seed. */
  readonly seed: number
  readonly step: string
}

export interface JudgedCasting extends Casting {
  /** The model that the assistant was before training, where it is known in tokens. */
  readonly initial: TokenModel | undefined
  readonly reward: Reward
}

export interface RolledOut {
  readonly rollout: Rollout
  readonly transitions: ReadonlyArray<Transition>
  /** Log-probabilities (nats) of the last turn's whole sequence after its first token, under the initial model. */
  readonly initial: ReadonlyArray<number>
}

export const rollOut = Effect.fn("rollOut")(function* (casting: JudgedCasting, prompt: Conversation, sample: number) {
  const judge = yield* Judge
  const { dialogue: held, record } = yield* hold(casting, prompt, sample)
  const caller: Caller = { role: "judge", step: casting.step }
  const sequence = wholeSequence(held.transitions)
  const scored =
    casting.initial === undefined || sequence.length < 2
      ? Option.some([])
      : yield* casting.initial.score(sequence, caller).pipe(
          Effect.asSome,
          Effect.catchTag("ContextOverflow", () => Effect.succeedNone),
        )
  const dialogue = Option.isSome(scored) ? held : outgrown(held)
  const { transitions, ending } = dialogue
  const initial = Option.getOrElse(scored, () => [])
  const judged = yield* verdictOf(
    casting.reward,
    dialogue,
    judge.verdict(casting.reward, {
      dialogue,
      prompt,
      fluency: fluencyOf(transitions.filter(isIn(sequence)), initial),
      fluencies: transitions.map((turn) => fluencyOf(isIn(sequence)(turn) ? [turn] : [], initial)),
      forward: forwardOf(casting, prompt, sample),
      caller,
    }),
  )
  return {
    rollout: { ...record, ending, ...judged },
    transitions,
    initial,
  } satisfies RolledOut
})

/** A conversation that nobody judges. */
export const simulate = Effect.fn("simulate")((casting: Casting, prompt: Conversation, sample: number) =>
  Effect.map(hold(casting, prompt, sample), ({ record }) => record),
)

const hold = Effect.fnUntraced(function* (casting: Casting, prompt: Conversation, sample: number) {
  const { user, persona } = casting.userOf(prompt)
  const dialogue = yield* converse(casting.assistant, user, settingOf(casting, prompt, sample))
  const { messages, turns, ending, closing, failure, refusals, calls } = dialogue
  const record: Rollout = {
    prompt: prompt.id,
    sample,
    persona,
    messages,
    turns,
    ending,
    closing,
    refusals,
    verdict: null,
    failure,
    calls,
  }
  return { dialogue, record }
})

const settingOf = (casting: Casting, prompt: Conversation, sample: number): Setting => ({
  prompt: {
    id: prompt.id,
    opening: casting.opening === "real" ? (prompt.messages[0]?.content ?? "") : undefined,
    intent: prompt.intent,
  },
  sample,
  seed: casting.seed,
  limits: casting.limits,
  guardrails: casting.guardrails,
})

/** The same two go on from a reply, under seeds of the reply's place and the forward sample. */
const forwardOf =
  (casting: Casting, prompt: Conversation, sample: number): Forward =>
  (from, forward) => {
    const setting = settingOf(casting, prompt, sample)
    const replies = from.replyTokens.length
    return converse(casting.assistant, casting.userOf(prompt).user, {
      ...setting,
      goesOn: from,
      seed: deriveSeed([casting.seed, "forward", replies, forward.sample]),
      limits: { ...casting.limits, turns: replies + forward.window },
    })
  }

const verdictOf = (reward: Reward, dialogue: Dialogue, judge: Effect.Effect<Judgment, JudgeError>) => {
  const { failure } = dialogue
  if (failure !== null) {
    const verdict = failure.by === "assistant" ? floorVerdict(reward, dialogue, failure.reason) : null
    return Effect.succeed({ failure, verdict })
  }
  return judge.pipe(
    orUnscored,
    Effect.map((judgment) => {
      if (judgment instanceof Unscored) {
        const { reason, judges } = judgment
        return { failure: { by: "infrastructure" as const, reason }, verdict: null, ...scoresOf(judges) }
      }
      const { judges, ...verdict } = judgment
      return { failure: null, verdict, ...scoresOf(judges) }
    }),
  )
}

/** A last reply that filled the model's context: nothing can be told of it token by token, so it is not trained on. */
const outgrown = (dialogue: Dialogue): Dialogue => ({
  ...dialogue,
  transitions: [],
  ...(dialogue.failure === null
    ? { ending: "length", failure: { by: "assistant", reason: "context overflow" } as const }
    : {}),
})

const scoresOf = (judges: ReadonlyArray<JudgeScore> = []) => (judges.length === 0 ? {} : { judges })

/** The last turn with its prompt: the whole rollout, where every prompt continues the turn before. */
const wholeSequence = (transitions: ReadonlyArray<Transition>) => {
  const last = transitions.at(-1)
  return last === undefined ? [] : [...last.observation, ...last.action]
}

/** A turn before a prompt that was written anew is not part of the sequence that was scored. */
const isIn =
  (sequence: ReadonlyArray<number>) =>
  ({ observation, action }: Transition) =>
    observation.every((token, at) => token === sequence[at]) &&
    action.every((token, at) => token === sequence[observation.length + at])

/** Mean log-probability (nats) of the assistant's tokens; undefined where the initial model was not asked. */
const fluencyOf = (transitions: ReadonlyArray<Transition>, initial: ReadonlyArray<number>) => {
  if (initial.length === 0) return undefined
  const values = transitions.flatMap(({ observation, action }) =>
    action.map((_, i) => initial[observation.length + i - 1] ?? 0),
  )
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
