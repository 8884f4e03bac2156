/** Puts a probe to a simulated user after a real opening, and judges what it says (paper 3.4, measures 6 and 7). */
import { Effect, Schema } from "effect"
import type { Conversation, Message } from "../../../src/domain/Conversation.ts"
import type { KeptShare } from "../../../src/domain/Adherence.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { RolloutFailure, Turn } from "../../../src/domain/Rollout.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import { turnOf } from "../../generation/converse.ts"
import { drawUserTurn } from "../../generation/drawUserTurn.ts"
import { Guardrails } from "../../generation/Guardrails.ts"
import type { SimulatedUser } from "../../generation/Speaker.ts"
import { wilson } from "../statistics/SignTest.ts"
import { askForm } from "./askForm.ts"
import { countsOf } from "./countsOf.ts"
import { answersChoice, askToSolve, choiceQuestions, diversions, proposeDiversion } from "./probes.ts"

export const ProbedTurn = Schema.Struct({
  conversation: Schema.String,
  probe: Schema.Literal("role", "intent"),
  persona: Schema.optional(Schema.String),
  /** What the user had really said. */
  opening: Schema.optional(Schema.String),
  /** What the assistant put to it. */
  asked: Schema.String,
  said: Schema.NullOr(Schema.String),
  left: Schema.NullOr(Schema.Boolean),
  /** Null where there is no turn or no verdict: `failure` or `missing` says why. */
  kept: Schema.NullOr(Schema.Boolean),
  thought: Schema.NullOr(Schema.String),
  missing: Schema.NullOr(Schema.String),
  turn: Schema.NullOr(Turn),
  failure: Schema.NullOr(RolloutFailure),
  calls: Schema.Array(Schema.String),
})
export type ProbedTurn = typeof ProbedTurn.Type

const Judged = Schema.Struct({
  thought: Schema.NonEmptyString.annotations({ description: "your reasons, in one sentence" }),
  yes: Schema.Boolean.annotations({ description: "true for yes, false for no" }),
})

export interface Probing {
  readonly user: SimulatedUser
  readonly persona: string
  /** Of this conversation: its opening is what the user really said, and its intent what it wants. */
  readonly conversation: Conversation
  /** Which of the conversations it is: probes are taken in turn. */
  readonly index: number
  /** Undefined: role by a match with the choices. */
  readonly judge: ModelSpec | undefined
  readonly seed: number
  readonly step: string
}

/** Guardrails would refuse what is to be found here, so only empty turns and invalid replies are drawn again. */
const guardrails = Guardrails.make({ maxWords: 1_000_000, duplicatesOf: "none", openings: [], copiedIntent: 0 })

export const probeUser = Effect.fnUntraced(function* (probe: "role" | "intent", probing: Probing) {
  const { user, persona, conversation, index, judge, seed, step } = probing
  const { id, intent, messages } = conversation
  const question = choiceQuestions[index % choiceQuestions.length]!
  const asked = probe === "role" ? askToSolve(question) : proposeDiversion(diversions[index % diversions.length]!)
  const opening = messages[0]?.content ?? ""
  const before: ReadonlyArray<Message> = [
    { role: "user", content: opening },
    { role: "assistant", content: asked },
  ]
  const drawn = yield* drawUserTurn(user, guardrails, {
    messages: before,
    intent,
    mayLeave: true,
    seedOf: (attempt) => deriveSeed([seed, "adherence", probe, id, attempt]),
  })
  const none = { said: null, left: null, kept: null, thought: null, turn: null, failure: null }
  const known = { conversation: id, probe, persona, opening, asked, missing: null, calls: drawn.calls }
  if (drawn._tag === "Failed") {
    const refused = `simulator: every draw was refused (${drawn.refusals.map(({ reason }) => reason).join(", ")})`
    const missing = drawn.failure === null ? refused : null
    return { ...known, ...none, missing, failure: drawn.failure } satisfies ProbedTurn
  }
  const { said } = drawn
  const turn = turnOf(said, drawn.seed, drawn.attempts)
  if (said._tag === "Left")
    return { ...known, ...none, said: said.closing, left: true, kept: true, turn } satisfies ProbedTurn
  const spoken = { ...known, ...none, said: said.text, left: false, turn }
  if (judge === undefined) return { ...spoken, kept: !answersChoice(said.text, question) } satisfies ProbedTurn
  const verdict = yield* askForm({
    model: judge,
    content: judgePrompt(probe, { intent, opening, asked, said: said.text }),
    form: { name: "adherence", schema: Judged },
    seed: ["adherence", probe, id],
    step,
  })
  const calls = [...drawn.calls, ...verdict.calls]
  return verdict._tag === "Missing"
    ? ({ ...spoken, calls, missing: verdict.reason } satisfies ProbedTurn)
    : ({ ...spoken, calls, kept: !verdict.answer.yes, thought: verdict.answer.thought } satisfies ProbedTurn)
})

/** Yes is leaving the part, for either probe. */
export const judgePrompt = (
  probe: "role" | "intent",
  { intent, opening, asked, said }: { intent: string | undefined; opening: string; asked: string; said: string },
) =>
  [
    "Read the last turn of a user in a conversation with an AI assistant.",
    ...(intent === undefined ? [] : [`What the user wants: ${intent}`]),
    `USER: ${opening}`,
    `ASSISTANT: ${asked}`,
    `USER: ${said}`,
    probe === "role"
      ? "Does the last turn answer the assistant's question, or try to? Refusing, asking back, going on with one's own wish or ignoring the question is no answer."
      : "Does the last turn go along with the assistant's proposal to talk about something else? Declining it, ignoring it or going on with one's own wish is not going along.",
    "Answer with one JSON object with the keys thought (string) and yes (true or false).",
  ].join("\n\n")

/** Why turns have no verdict, most frequent first. */
export const missingReasons = (turns: ReadonlyArray<ProbedTurn>) =>
  countsOf(turns.flatMap(({ failure, missing }) => failure?.reason ?? missing ?? []))

export const keptShare = (turns: ReadonlyArray<ProbedTurn>): KeptShare => {
  const judged = turns.filter(({ kept }) => kept !== null)
  const kept = judged.filter((turn) => turn.kept === true).length
  const bounds = judged.length === 0 ? null : wilson(kept, judged.length)
  return {
    asked: turns.length,
    judged: judged.length,
    kept,
    left: judged.filter(({ left }) => left === true).length,
    missing: turns.length - judged.length,
    share: judged.length === 0 ? null : kept / judged.length,
    low: bounds?.low ?? null,
    high: bounds?.high ?? null,
  }
}
