/** So many conversations with a simulator, as UNDERSTUDY_BENCH_CONVERSATIONS says, for the benchmark of their memory. */
import { Effect, Schema } from "effect"
import * as U from "understudy"
import { SplitResult } from "../../src/domain/Results.ts"
import { conversations } from "../stages/conversations.ts"

const Openings = U.Stage.make({
  name: "Openings",
  version: 1,
  input: { count: Schema.Int },
  output: SplitResult,
  run: ({ count }) =>
    U.Shard.once(
      "openings",
      SplitResult,
      Effect.gen(function* () {
        const written = yield* conversations.write(
          Array.from({ length: count }, (_, i) => ({
            id: `prompt ${i}`,
            user: `user ${i}`,
            messages: [
              { role: "user", content: `Question ${i}: ${"could you help me with a letter? ".repeat(20)}` } as const,
            ],
            intent: "To have a letter written that is polite and says no.",
          })),
        )
        const part = { conversations: written, count, users: count }
        const parts = { simulator: part, assistant: part, validation: part, test: part }
        return SplitResult.make({ preset: "bench", ...parts, dropped: [], notes: [] })
      }),
    ),
  estimate: ({ count }) => U.Estimate.free(count),
})

const count = Number(process.env["UNDERSTUDY_BENCH_CONVERSATIONS"] ?? 500)
const model = U.Model.openai("bench", { revision: "1" })

export default U.Experiment.make("held-conversations", {
  grids: {
    main: U.Grid.make({
      axes: { count: [count] },
      experiment: () =>
        U.Simulate({
          split: Openings({ count }),
          assistant: U.InitialAssistant({ model }),
          simulator: U.RolePlay({ model }),
          conversing: { turns: 5, maxTokens: 256 },
          prompts: count,
        }),
    }),
  },
})
