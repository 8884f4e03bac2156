import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Graph } from "../../src/index.ts"
import * as U from "../../workflows/index.ts"
import { refuseRecipes } from "../../workflows/refuseRecipes.ts"

const model = U.Model.openai("gpt-4o-mini-2024-07-18")
const graphOf = (recipe: typeof U.GrpoRecipe.Encoded, ...beside: ReadonlyArray<U.Step.AnyStep>) => {
  const split = U.Split({ corpus: U.embeddedCorpus() })
  const step = U.TrainAssistant({
    split,
    base: U.Model.trainable("Qwen/Qwen2.5-3B-Instruct"),
    simulator: U.RolePlay({ model }),
    reward: U.Reward.rubric([model]),
    conversing: U.paperConversing,
    recipe,
  })
  return Graph.make([step, ...beside], new Map(Graph.files([step]).map(({ path }) => [path, "0"])))
}
const tinker = { kind: "tinker", url: "http://127.0.0.1:1", tokenizers: {} } as const

describe("refuseRecipes", () => {
  it.effect("tells everything of the paper's recipe that the configured server does not honour", () =>
    Effect.gen(function* () {
      const { message, exitCode } = yield* Effect.flip(refuseRecipes(graphOf(U.Grpo.paper), { trainer: tinker }))
      assert.strictEqual(exitCode, 64)
      assert.include(message, '  klPlacement "loss"')
      assert.include(message, "  judges gpt-4o-mini-2024-07-18 instead of mistralai/")
      const jax = { trainer: { ...tinker, dialect: "skyrl-jax" } } as const
      const one = yield* Effect.flip(refuseRecipes(graphOf(U.Grpo.paper), jax))
      for (const setting of ["rank 0 (all weights)", "gradientClip", 'klPlacement "loss"'])
        assert.include(one.message, `  ${setting}`)
      const hosted = { trainer: { ...tinker, dialect: "hosted" } } as const
      const other = yield* Effect.flip(refuseRecipes(graphOf(U.Grpo.paper), hosted))
      assert.include(other.message, "rank 0 (all weights): not honoured by the hosted service")
      assert.notInclude(other.message, "gradientClip")
    }),
  )

  it.effect("refuses the initial model beside one that is trained whole, where SkyRL knows both by one name", () =>
    Effect.gen(function* () {
      const whole = { ...U.embeddedGrpo, rank: 0, kl: 0 }
      yield* refuseRecipes(graphOf(whole), { trainer: tinker })
      const initial = U.InitialAssistant({ model: U.Model.trainable("Qwen/Qwen2.5-3B-Instruct") })
      const { message } = yield* Effect.flip(refuseRecipes(graphOf(whole, initial), { trainer: tinker }))
      assert.match(message, /rank 0 beside InitialAssistant\/v\d-\w+: .*through an endpoint/)
    }),
  )

  it.effect("lets the nearest to it through", () => refuseRecipes(graphOf(U.Grpo.paperApprox), { trainer: tinker }))

  it.effect("lets rollouts of an older policy through where the server samples apart", () =>
    Effect.gen(function* () {
      const graph = graphOf({ ...U.embeddedGrpo, staleness: 1 })
      yield* refuseRecipes(graph, { trainer: { ...tinker, dialect: "hosted" } })
      assert.include((yield* Effect.flip(refuseRecipes(graph, { trainer: tinker }))).message, "staleness 1")
    }),
  )
})
