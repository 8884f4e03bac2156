import { Schema } from "effect"
import { Estimate, Experiment, Grid, Shard, Stage } from "understudy"
import { Effect } from "effect"

const Score = Schema.TaggedStruct("Score", { value: Schema.Number })

const Draw = Stage.make({
  name: "Draw",
  version: 1,
  input: { size: Schema.Literal("small", "large"), seed: Schema.Int },
  output: Score,
  run: ({ seed }) => Shard.once("draw", Score, Effect.succeed(Score.make({ value: seed }))),
  estimate: () => ({
    size: 1,
    demands: [
      {
        role: "judge",
        model: { provider: "openai", name: "judge-a" },
        calls: Estimate.exactly(10),
        promptTokens: Estimate.exactly(1000),
        completionTokens: Estimate.exactly(100),
      },
    ],
  }),
})

export default Experiment.make("two", {
  grids: { main: Grid.make({ axes: { size: ["small", "large"], seed: [1, 2] }, experiment: Draw }) },
})
