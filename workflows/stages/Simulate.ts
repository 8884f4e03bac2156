/**
 * Conversations of an assistant with a simulator, nobody judging: data to train on, or what a simulator is compared
 * with real users by.
 */
import { Effect, Schema } from "effect"
import { simulate } from "../../layers/evaluation/rollOut.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { PolicyResult, SimulationResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { castBoth, personasOf } from "./casting.ts"
import { Conversing, conversingProblem } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { holdInBatches } from "./holdInBatches.ts"
import { MaxFailureShare } from "./missing.ts"
import { modelOf, opensOf, speakerDemands } from "./rolloutDemands.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Simulate = Stage.make({
  name: "Simulate",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    /** Whose openings and intents are used. */
    part: Schema.Literal("simulator", "assistant", "validation", "test").pipe(
      Schema.optionalWith({ default: () => "test" as const }),
    ),
    assistant: Step.of(PolicyResult),
    simulator: Step.of(SimulatorResult),
    /** In place of the simulator's own. */
    persona: Schema.optional(Personas),
    conversing: Conversing,
    /** Prompts, at most, and conversations of each. */
    prompts: positive,
    samples: positive.pipe(Schema.optionalWith({ default: () => 1 })),
    /** Share of conversations that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: SimulationResult,
  check: ({ conversing }) => conversingProblem(conversing),
  run: ({ split, part, assistant, simulator, persona, ...holding }) =>
    Effect.gen(function* () {
      const { conversing, seed } = holding
      const step = yield* Shard.stepId
      const hold = asStageFailure(
        Effect.map(
          castBoth({ assistant, simulator, persona, conversing, seed, step }),
          (casting) => (prompt: Conversation, sample: number) => simulate(casting, prompt, sample),
        ),
      )
      const { reward: _, ...held } = yield* holdInBatches({ part: split[part].conversations, ...holding, hold })
      return SimulationResult.make({ personas: personasOf(simulator, persona), ...held })
    }),
  estimate: ({ assistant, simulator, conversing, prompts, samples }) => {
    const count = prompts * samples
    const models = { assistant: modelOf(assistant), simulator: modelOf(simulator), opens: opensOf(simulator) }
    return { size: count, demands: speakerDemands({ count, conversing, ...models }) }
  },
})
