import { assert, describe, it } from "@effect/vitest"
import { Array, Effect } from "effect"
import { unscored } from "../../../layers/evaluation/combineJudges.ts"
import { creditShares } from "../../../layers/training/TurnCredit.ts"
import type { AssistantResult } from "../../../src/domain/Results.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import * as U from "../../../workflows/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { newHome, services, trained, training } from "./trainingWorld.ts"

const textOf = (tokens: ReadonlyArray<number> = []) => ` ${tokens.join(" ")} `
const patient = 120_000
const once = { iterations: 1, prompts: 2, rollouts: 4, kl: 0, dropConstantGroups: false } as const
const transcripts = ({ curve }: AssistantResult) =>
  Effect.map(
    Effect.forEach(curve, (iteration) => rollouts.read(iteration.transcripts)),
    (all) => all.flat(),
  )

describe("turn rewards in training", () => {
  it.scopedLive(
    "share the advantage of a rollout among its turns by their credit",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const each = U.Reward.mix([[1, { ...U.Reward.tokens, per: 10 }]])
        const options = { credit: "R2G", score: "R2G", gamma: 0.5 } as const
        const step = training(once, { reward: U.Reward.turns(each, options) })
        const records = yield* Effect.provide(
          Effect.flatMap(trained(step), transcripts),
          services(server.url, newHome()),
        )
        const spoken = records.filter(({ messages, failure }) => messages.length >= 3 && failure === null)
        assert.isAbove(spoken.length, 0)
        let compared = 0
        const datums = server.passes.flatMap((pass) => pass.datums)
        for (const { turns, verdict } of spoken) {
          const replies = turns.flatMap(({ tokens }, i) => (i % 2 === 1 ? [tokens ?? []] : []))
          assert.deepStrictEqual(
            verdict?.turns,
            replies.map(({ length }) => length / 10),
          )
          const shares = creditShares(
            verdict?.turns ?? [],
            replies.map(({ length }) => length),
            options,
          )
          if (replies.length < 2) continue
          const own = datums.find(({ inputs }) =>
            replies.every((reply) => textOf(inputs["target_tokens"]).includes(textOf(reply))),
          )
          const advantages = (own?.inputs["advantages"] ?? []).filter((value) => value !== 0)
          if (advantages.length === 0) continue
          compared++
          assert.closeTo(advantages[0]! / advantages.at(-1)!, shares[0]! / shares[1]!, 1e-4)
        }
        assert.isAbove(compared, 1)
      }),
    patient,
  )
})

describe("judges in training", () => {
  it.scopedLive(
    "that fail on one rollout of a group count for none of it",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const asked = new Map<string, number>()
        // The second judge can't read one conversation in three.
        const languageModel = LanguageModel.of({
          chat: ({ model, messages }) =>
            Effect.sync(() => {
              const content = messages[0]?.content ?? ""
              if (!asked.has(content)) asked.set(content, asked.size)
              const fails = model.name === "harsh" && (asked.get(content) ?? 0) % 3 === 0
              const text = fails ? "no" : JSON.stringify({ thought: "so", score: model.name === "harsh" ? 1 : 9 })
              return { text, finish: "stop" as const, usage: { promptTokens: 1, completionTokens: 1 }, key: "k" }
            }),
          complete: () => Effect.die("not used"),
        })
        const judges = [U.Model.openai("mild"), U.Model.openai("harsh")] as const
        const reward = U.Reward.rubric(judges, { onJudgeFailure: "drop-judge" })
        const result = yield* Effect.provide(
          Effect.flatMap(trained(training(once, { reward })), (found) =>
            Effect.map(transcripts(found), (records) => ({ records, curve: found.curve })),
          ),
          services(server.url, newHome(), languageModel),
        )
        assert.isTrue(result.records.every(({ failure }) => failure?.reason !== unscored))
        // Those at the floor were not judged.
        const judged = result.records.filter(({ failure }) => failure === null)
        const byPrompt = Object.values(Array.groupBy(judged, ({ prompt }) => prompt))
        for (const group of byPrompt) {
          const sets = group.map(({ verdict }) =>
            String((verdict?.parts ?? []).filter(({ weight }) => weight > 0).map(({ name }) => name)),
          )
          assert.strictEqual(new Set(sets).size, 1)
          // Each judge gives everybody the same grade: nobody has an advantage over another.
          assert.strictEqual(new Set(group.map(({ verdict }) => verdict?.reward)).size, 1)
        }
        assert.isAbove(result.curve[0]?.measures["judges left out"] ?? 0, 0)
      }),
    patient,
  )
})
