/**
 * One cell of the cross-simulator matrix: an assistant talks to a simulator in a persona, on prompts by users whom
 * nothing was trained on (paper 1.6). Prompts and seeds are the same in every cell, so that differences are paired.
 */
import { Clock, Effect, Schema } from "effect"
import { Reward } from "../../layers/evaluation/Reward.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import { draw } from "../../layers/training/SftRecipe.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Persona } from "../../src/domain/Persona.ts"
import {
  EvaluationResult,
  InitialResult,
  PolicyResult,
  SimulatorResult,
  SplitResult,
} from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { castAssistant, castUser } from "./casting.ts"
import { conversations, rollouts } from "./conversations.ts"
import { Conversing, usable } from "./Conversing.ts"
import { failureCounts, meanReward } from "./counts.ts"
import { asStageFailure } from "./failures.ts"
import { refuseMissing } from "./missing.ts"
import { modelOf, rolloutDemands } from "./rolloutDemands.ts"

const positive = Schema.Int.pipe(Schema.positive())
const Batch = Schema.Struct({ transcripts: ArtifactRef, seconds: Schema.Number })

/** The model as it is before any training: the baseline of every comparison. */
export const InitialAssistant = Stage.make({
  name: "InitialAssistant",
  version: 1,
  input: { model: ModelSpec },
  output: InitialResult,
  run: ({ model }) => Effect.succeed(InitialResult.make({ model })),
  estimate: () => Estimate.free(1),
})

export const Evaluate = Stage.make({
  name: "Evaluate",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    assistant: Step.of(PolicyResult),
    simulator: Step.of(SimulatorResult),
    persona: Persona,
    reward: Reward,
    conversing: Conversing,
    /** Held-out prompts, and rollouts of each. */
    prompts: positive,
    samples: positive.pipe(Schema.optionalWith({ default: () => 1 })),
    /** Share of rollouts that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: Schema.Number.pipe(Schema.between(0, 1), Schema.optionalWith({ default: () => 0.05 })),
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: EvaluationResult,
  run: ({ split, assistant, simulator, persona, reward, conversing, prompts, samples, maxFailureShare, seed }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const batches = Math.ceil(prompts / batchSize)
      const results = yield* Effect.forEach(
        Array.from({ length: batches }, (_, batch) => batch),
        (batch) =>
          Shard.once(
            `prompts/${batch}`,
            Batch,
            Effect.gen(function* () {
              const drawn = draw(usable(yield* conversations.read(split.heldOut), conversing), prompts, [
                seed,
                "held-out",
              ])
              const cast = yield* asStageFailure(castAssistant(assistant, conversing, step))
              const sampling = { ...conversing, temperature: conversing.userTemperature }
              const user = yield* asStageFailure(castUser(simulator, persona, sampling, step))
              const casting = { ...cast, user, reward, maxTurns: conversing.turns, seed, step }
              const began = yield* Clock.currentTimeMillis
              const records = yield* Effect.forEach(
                drawn
                  .slice(batch * batchSize, (batch + 1) * batchSize)
                  .flatMap((prompt) => Array.from({ length: samples }, (_, sample) => ({ prompt, sample }))),
                ({ prompt, sample }) => Effect.map(rollOut(casting, prompt, sample), ({ rollout }) => rollout),
                { concurrency: "unbounded" },
              ).pipe(asStageFailure)
              yield* refuseMissing(records, maxFailureShare)
              const transcripts = yield* rollouts.write(records)
              return { transcripts, seconds: ((yield* Clock.currentTimeMillis) - began) / 1000 }
            }),
          ),
        { concurrency: 4 },
      )
      return yield* Shard.once(
        "join",
        EvaluationResult,
        Effect.gen(function* () {
          const records = (yield* Effect.forEach(results, ({ transcripts }) => rollouts.read(transcripts))).flat()
          return EvaluationResult.make({
            persona,
            rollouts: records.length,
            reward: meanReward(records),
            failures: failureCounts(records),
            transcripts: yield* rollouts.write(records),
            seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
          })
        }),
      )
    }),
  estimate: ({ assistant, simulator, reward, conversing, prompts, samples }) => {
    const count = prompts * samples
    const models = { assistant: modelOf(assistant), simulator: modelOf(simulator) }
    return { size: count, demands: rolloutDemands({ count, conversing, reward, ...models }) }
  },
})

/** Prompts in one shard. */
const batchSize = 50
