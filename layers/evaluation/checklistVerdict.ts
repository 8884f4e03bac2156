/** The verdict of verifiable checks on every reply of a rollout, less the penalties of `ChecklistReward`. */
import { Effect, Schema } from "effect"
import { InvalidOutput } from "../../src/domain/LlmError.ts"
import type { Verdict } from "../../src/domain/Rollout.ts"
import { Check, repliesOf, scoreChecklist } from "./Checklist.ts"
import { copyShare, echoShare, repetition } from "./Parroting.ts"
import type { Judged } from "./Judge.ts"
import type { ChecklistReward } from "./Reward.ts"

export const checklistVerdict = (reward: ChecklistReward, { dialogue, prompt, fluency, of }: Judged) =>
  Effect.gen(function* () {
    const own = reward.own ? yield* decodeChecks(prompt.checklist ?? []) : []
    const all = repliesOf(dialogue.messages)
    const replies = of === "reply" ? all.slice(-1) : all
    const { score: checklist, results } = scoreChecklist([...reward.checks, ...own], replies)
    const copying = mean(replies.map(({ reply, userMessages }) => copyShare(reply, userMessages)))
    const echo = mean(replies.map(({ reply, userMessages }) => echoShare(reply, userMessages)))
    const repeated = mean(replies.map(({ reply }) => repetition(reply)))
    const disfluency = fluency === undefined ? 0 : Math.min(Math.max(reward.fluency.floor - fluency, 0), 1)
    const echoed = Math.max(echo - reward.echo.above, 0) / (1 - reward.echo.above)
    const penalty =
      reward.copying * copying +
      reward.repetition * repeated +
      reward.echo.weight * echoed +
      reward.fluency.weight * disfluency
    return {
      reward: Math.min(Math.max(checklist - penalty, 0), 1),
      checks: results,
      measures: {
        checklist,
        copying,
        echo,
        repetition: repeated,
        penalty,
        ...(fluency === undefined ? {} : { fluency }),
      },
    } satisfies Verdict
  }).pipe(
    Effect.mapError(({ message }) =>
      InvalidOutput.make({ endpoint: "the corpus", model: `checklist of ${prompt.id}`, detail: message }),
    ),
  )

const decodeChecks = Schema.decodeUnknown(Schema.Array(Check))

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
