/** One turn of a simulated user, drawn again while guardrails refuse it. */
import { Effect } from "effect"
import type { Ending, Message } from "../../src/domain/Conversation.ts"
import type { RolloutFailure } from "../../src/domain/Rollout.ts"
import { Attempt } from "../../src/durable/Attempt.ts"
import { keepingData, reasonOf } from "./dataFailures.ts"
import { refusalOf } from "./Guardrails.ts"
import type { Guardrails, RefusalReason } from "./Guardrails.ts"
import type { SimulatedUser, UserTurn } from "./Speaker.ts"

export interface Drawing {
  readonly messages: ReadonlyArray<Message>
  readonly intent: string | undefined
  readonly mayLeave: boolean
  readonly seedOf: (attempt: number) => number
}

interface Refused {
  /** Journal keys of all draws. */
  readonly calls: ReadonlyArray<string>
  readonly refusals: ReadonlyArray<{ readonly reason: RefusalReason; readonly count: number }>
}

export type Drawn = Refused &
  (
    | { readonly _tag: "Drawn"; readonly said: UserTurn; readonly seed: number; readonly attempts: number }
    | { readonly _tag: "Failed"; readonly ending: Ending; readonly failure: RolloutFailure | null }
  )

export const drawUserTurn = Effect.fnUntraced(function* (
  user: SimulatedUser,
  rules: Guardrails,
  { messages, intent, mayLeave, seedOf }: Drawing,
) {
  const calls: Array<string> = []
  const reasons: Array<RefusalReason> = []
  const counted = (): Refused => ({ calls, refusals: countsOf(reasons) })
  // A step that is done anew for its failures finds useless answers in the journal: it may draw as often again.
  let again = yield* Attempt
  let draws = rules.redraws + 1
  let last: { readonly said: UserTurn; readonly seed: number } | undefined
  for (let attempt = 0; attempt < draws; attempt++) {
    const seed = seedOf(attempt)
    const answer = yield* keepingData(user.next({ messages, intent, seed, attempt }))
    if (answer._tag === "Failed") {
      if (answer.error._tag !== "InvalidOutput") {
        const ending = answer.error._tag === "ContextOverflow" ? "length" : "simulator-outage"
        return { _tag: "Failed", ending, failure: simulatorFailed(reasonOf(answer.error)), ...counted() } as Drawn
      }
      if (answer.error.key !== undefined) calls.push(answer.error.key)
      reasons.push("invalid reply")
      last = undefined
      if (attempt === draws - 1 && again-- > 0) draws += rules.redraws + 1
      continue
    }
    const said = answer.value
    calls.push(said.key)
    const reason = said._tag === "Left" && !mayLeave ? "leaves too early" : refusalOf(said, { messages, intent }, rules)
    if (reason === undefined) return { _tag: "Drawn", said, seed, attempts: attempt, ...counted() } as Drawn
    reasons.push(reason)
    last = { said, seed }
  }
  if (last !== undefined && rules.exhausted === "accept" && mayStand(last.said)) {
    return { _tag: "Drawn", ...last, attempts: draws - 1, ...counted() } as Drawn
  }
  // Answers that are none are the server's or the prompt's doing; a simulator that keeps to refused turns is its own.
  const failure = reasons.at(-1) === "invalid reply" ? simulatorFailed("invalid output") : null
  return { _tag: "Failed", ending: "guardrail-exhausted", failure, ...counted() } as Drawn
})

const simulatorFailed = (reason: string): RolloutFailure => ({ by: "infrastructure", reason: `simulator: ${reason}` })

/** Nothing said is no turn, and a user that may not leave doesn't, however often it tries. */
const mayStand = (turn: UserTurn) => turn._tag === "Said" && turn.text.trim() !== ""

const countsOf = (reasons: ReadonlyArray<RefusalReason>) =>
  [...new Set(reasons)].map((reason) => ({ reason, count: reasons.filter((other) => other === reason).length }))
