import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { Graph } from "../../src/index.ts"
import * as U from "../../workflows/index.ts"
import { refuseByServer } from "../../workflows/refuseByServer.ts"
import { scriptedTinker } from "../support/ScriptedTinker.ts"

const judge = U.Model.openai("gpt-4o-mini-2024-07-18")
const base = U.Model.trainable("Qwen/Qwen2.5-3B-Instruct")
const graphOf = (settings: Partial<Parameters<typeof U.TrainAssistant>[0]>) => {
  const step = U.TrainAssistant({
    split: U.Split({ corpus: U.embeddedCorpus() }),
    base,
    simulator: U.RolePlay({ model: judge }),
    reward: U.Reward.rubric([judge]),
    conversing: U.paperConversing,
    recipe: { ...U.embeddedGrpo, limits: { totalTokens: 9000 } },
    ...settings,
  })
  return Graph.make([step], new Map(Graph.files([step]).map(({ path }) => [path, "0"])))
}
const graph = graphOf({})
const range = { low: 1, expected: 1, high: 1 }
const demand = { role: "trainer", model: base, calls: range, promptTokens: range, completionTokens: range } as const
const leftOf = ({ nodes }: Graph.Graph) =>
  nodes.map(({ id, step: { stage } }) => ({
    id,
    stage: stage.name,
    state: "to-run" as const,
    cells: [],
    upstream: [],
    size: 1,
    demands: stage.name === "TrainAssistant" ? [demand] : [],
  }))
const left = leftOf(graph)
const using = (url: string, dialect?: "hosted") => ({
  trainer: { kind: "tinker", url, tokenizers: {}, ...(dialect === undefined ? {} : { dialect }) } as const,
})
const messageOf = (url: string, dialect?: "hosted") =>
  Effect.map(Effect.flip(refuseByServer(graph, left, using(url, dialect))), ({ message, exitCode }) => {
    assert.strictEqual(exitCode, 64)
    return message
  })
const served = (maxLength?: number) => ({
  models: [
    { model_name: "Qwen/Qwen3-4B" },
    { model_name: base.name, ...(maxLength === undefined ? {} : { max_context_length: maxLength }) },
  ],
})

describe("refuseByServer", () => {
  it.scopedLive("tells a model that the server does not have, lengths that it does not take, a wrong dialect", () =>
    Effect.gen(function* () {
      const other = yield* scriptedTinker({ models: [{ model_name: "Qwen/Qwen2.5-3B" }, { model_name: "b" }] })
      assert.include(
        yield* messageOf(other.url),
        "it does not offer Qwen/Qwen2.5-3B-Instruct. The nearest that it has: Qwen/Qwen2.5-3B, b",
      )
      const short = yield* scriptedTinker(served(8192))
      assert.match(
        yield* messageOf(short.url, "hosted"),
        /limits\.totalTokens 9000 of TrainAssistant\/.* is more than the 8192 tokens that Qwen.*\n.*it is SkyRL, and the config takes it for the hosted service: set trainer\.dialect to "skyrl"/,
      )
      // Nothing but questions.
      assert.sameMembers([...new Set(short.arrivals.map(({ route }) => route))], ["/", "get_server_capabilities"])
    }),
  )

  it.scopedLive("goes by the lower limit of recipe and conversations, and by the assistant's turns", () =>
    Effect.gen(function* () {
      const { url } = yield* scriptedTinker(served(8192))
      const told = (settings: Parameters<typeof graphOf>[0]) => {
        const of = graphOf(settings)
        return Effect.map(Effect.either(refuseByServer(of, leftOf(of), using(url))), (told) =>
          Either.isLeft(told) ? told.left.message : "nothing",
        )
      }
      const recipe = U.embeddedGrpo
      const conversing = { turns: 2, maxTokens: 512 }
      assert.strictEqual(yield* told({ recipe, conversing }), "nothing")
      assert.strictEqual(yield* told({ recipe: { ...recipe, limits: { totalTokens: 8192 } } }), "nothing")
      assert.include(yield* told({ recipe }), "conversing.conversationTokens 16384 of TrainAssistant")
      assert.include(yield* told({ recipe, conversing: { turns: 2, maxTokens: 9000 } }), "conversing.maxTokens 9000 of")
      assert.include(
        yield* told({ recipe, conversing: { ...conversing, assistantTokens: 8193 } }),
        "conversing.assistantTokens 8193 of",
      )
    }),
  )

  it.scopedLive("lets through what the server can do, and what nobody can tell", () =>
    Effect.gen(function* () {
      yield* refuseByServer(graph, left, using((yield* scriptedTinker(served(32768))).url))
      yield* refuseByServer(graph, left, using((yield* scriptedTinker({ ...served(), kind: "hosted" })).url, "hosted"))
      yield* refuseByServer(graph, left, { trainer: { kind: "embedded" } })
      const closed = yield* Effect.scoped(scriptedTinker())
      yield* refuseByServer(graph, left, using(closed.url))
      yield* refuseByServer(graph, [], using(closed.url))
    }),
  )
})
