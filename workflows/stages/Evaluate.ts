/**
 * One cell of the cross-simulator matrix: an assistant talks to a simulator, on prompts by users whom nothing was
 * trained on (paper 1.6). Prompts and seeds are the same in every cell, so that differences are paired.
 */
import { Effect, Schema } from "effect"
import { judgedAlone } from "../../layers/evaluation/combineJudges.ts"
import { Reward } from "../../layers/evaluation/Reward.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { EvaluationResult, PolicyResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { castBoth, personasOf } from "./casting.ts"
import { Conversing, conversingProblem } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { holdInBatches } from "./holdInBatches.ts"
import { MaxFailureShare } from "./missing.ts"
import { modelOf, opensOf, rolloutDemands } from "./rolloutDemands.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Evaluate = Stage.make({
  name: "Evaluate",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    assistant: Step.of(PolicyResult),
    simulator: Step.of(SimulatorResult),
    /** In place of the simulator's own. */
    persona: Schema.optional(Personas),
    reward: Reward,
    conversing: Conversing,
    /** Held-out prompts, and rollouts of each. */
    prompts: positive,
    samples: positive.pipe(Schema.optionalWith({ default: () => 1 })),
    /** Share of rollouts that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: EvaluationResult,
  check: ({ conversing }) => conversingProblem(conversing),
  run: ({ split, assistant, simulator, persona, reward, ...holding }) =>
    Effect.gen(function* () {
      const { conversing, seed } = holding
      const step = yield* Shard.stepId
      const hold = asStageFailure(
        Effect.map(castBoth({ assistant, simulator, persona, conversing, seed, step }), (casting) => {
          const judged = { ...casting, reward: judgedAlone(reward) }
          return (prompt: Conversation, sample: number) =>
            Effect.map(rollOut(judged, prompt, sample), ({ rollout }) => rollout)
        }),
      )
      const held = yield* holdInBatches({ part: split.test.conversations, ...holding, hold })
      return EvaluationResult.make({ personas: personasOf(simulator, persona), ...held })
    }),
  estimate: ({ assistant, simulator, reward, conversing, prompts, samples }) => {
    const count = prompts * samples
    const models = { assistant: modelOf(assistant), simulator: modelOf(simulator), opens: opensOf(simulator) }
    return { size: count, demands: rolloutDemands({ count, conversing, reward, ...models }) }
  },
})
