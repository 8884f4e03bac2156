/** The verdict of verifiable checks on every reply of a rollout, less the penalties of `ChecklistReward`. */
import { Effect, Schema } from "effect"
import { InvalidOutput } from "../../src/domain/LlmError.ts"
import type { CheckResult, Verdict } from "../../src/domain/Rollout.ts"
import { Check, checkReply } from "./Checklist.ts"
import { copyShare, repetition } from "./Parroting.ts"
import type { Judged } from "./Judge.ts"
import type { ChecklistReward } from "./Reward.ts"

export const checklistVerdict = (reward: ChecklistReward, { dialogue, prompt, fluency }: Judged) =>
  Effect.gen(function* () {
    const own = reward.own ? yield* decodeChecks(prompt.checklist ?? []) : []
    const replies = turnsOf(dialogue.messages)
    const checks: ReadonlyArray<Scored> = [...reward.checks, ...own].map((check) => scored(check, replies))
    const checklist = mean(checks.map(({ score }) => score))
    const copying = mean(replies.map(({ reply, userMessages }) => copyShare(reply, userMessages)))
    const repeated = mean(replies.map(({ reply }) => repetition(reply)))
    const disfluency = fluency === undefined ? 0 : Math.min(Math.max(reward.fluency.floor - fluency, 0), 1)
    const penalty = reward.copying * copying + reward.repetition * repeated + reward.fluency.weight * disfluency
    return {
      reward: Math.min(Math.max(checklist - penalty, 0), 1),
      checks: checks.map(({ result }) => result),
      measures: { checklist, copying, repetition: repeated, penalty, ...(fluency === undefined ? {} : { fluency }) },
    } satisfies Verdict
  }).pipe(
    Effect.mapError(({ message }) =>
      InvalidOutput.make({ endpoint: "the corpus", model: `checklist of ${prompt.id}`, detail: message }),
    ),
  )

const decodeChecks = Schema.decodeUnknown(Schema.Array(Check))

interface Turn {
  readonly reply: string
  readonly previousReplies: ReadonlyArray<string>
  readonly userMessages: ReadonlyArray<string>
}

/** Every reply with what was said before it. */
const turnsOf = (messages: Judged["dialogue"]["messages"]): ReadonlyArray<Turn> =>
  messages.flatMap(({ role, content }, i) => {
    if (role !== "assistant") return []
    const said = (by: "user" | "assistant") =>
      messages.slice(0, i).flatMap((message) => (message.role === by ? [message.content] : []))
    return [{ reply: content, previousReplies: said("assistant"), userMessages: said("user") }]
  })

interface Scored {
  readonly score: number
  readonly result: CheckResult
}

/** What a whole conversation has to contain is met by one reply; everything else is asked of each. */
const once: ReadonlySet<Check["kind"]> = new Set(["mentions", "list", "language"])

const scored = (check: Check, turns: ReadonlyArray<Turn>): Scored => {
  const results = turns.map((turn) => checkReply(check, turn))
  const share = mean(results.map(({ passed }) => (passed ? 1 : 0)))
  const score = once.has(check.kind) ? Math.ceil(share) : share
  const shown = results.find(({ passed }) => passed === (score === 1)) ?? results[0]
  return { score, result: { check: check.kind, passed: score === 1, reason: shown?.reason ?? "there is no reply" } }
}

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
