/**
 * Trains an assistant by multi-turn GRPO against a simulated user (paper 1.5). An iteration is a shard: its rollouts,
 * scores and training step are journaled call by call, and its state is saved at its end, so that a crash costs the
 * calls in flight and nothing else.
 */
import { Clock, Effect, Either, Schema } from "effect"
import { tokenAssistant } from "../../layers/generation/TokenAssistant.ts"
import { Reward } from "../../layers/evaluation/Reward.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import type { RolledOut } from "../../layers/evaluation/rollOut.ts"
import { GrpoRecipe, iterationBatch, promptsOf } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { checkpointOf, driftOf, fromCheckpoint, untrained } from "../../layers/training/Policy.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { AssistantResult, Checkpoint, Iteration, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, StageFailure, Step } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { castUser } from "./casting.ts"
import { conversations, rollouts } from "./conversations.ts"
import { assistantSampling, Conversing, conversingProblem, usable, userSampling } from "./Conversing.ts"
import { meanMeasures, meanReward, outcomesOf } from "./counts.ts"
import { asStageFailure } from "./failures.ts"
import { defaultFailureShare, refuseMissing } from "./missing.ts"
import { modelOf, opensOf, promptTokens, rolloutDemands } from "./rolloutDemands.ts"

const Trained = Schema.Struct({ checkpoint: Checkpoint, iteration: Iteration })

export const TrainAssistant = Stage.make({
  name: "TrainAssistant",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    base: ModelSpec,
    simulator: Step.of(SimulatorResult),
    /** In place of the simulator's own. */
    persona: Schema.optional(Personas),
    reward: Reward,
    recipe: GrpoRecipe,
    conversing: Conversing,
    /** The replicate: compared arms of one seed see the same prompts and draws. */
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: AssistantResult,
  check: ({ conversing }) => conversingProblem(conversing),
  run: ({ split, base, simulator, persona, reward, recipe, conversing, seed }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const iterate = (index: number, from: Checkpoint | null) =>
        Shard.once(
          `iteration/${index}`,
          Trained,
          Effect.gen(function* () {
            const policies = yield* Policies
            const { lossScale } = yield* Trainer
            const all = usable(yield* conversations.read(split.assistant.conversations), conversing)
            const prompts = yield* somePrompts(promptsOf(all, recipe, index, seed))
            const policy = from === null ? untrained(base, { rank: recipe.rank, seed }) : fromCheckpoint(from)
            const model = yield* asStageFailure(policies.model(policy))
            const sampling = { ...assistantSampling(conversing), temperature: 1 }
            const user = yield* asStageFailure(
              castUser(simulator, { override: persona, sampling: userSampling(conversing), seed, step }),
            )
            const casting = {
              assistant: tokenAssistant(model, sampling, { role: "assistant", step }),
              opening: user.opening,
              userOf: user.of,
              initial: yield* asStageFailure(policies.base(base)),
              reward,
              limits: conversing,
              guardrails: conversing.guardrails,
              seed: deriveIteration(seed, index),
              step,
            }
            const began = yield* Clock.currentTimeMillis
            const groups = yield* Effect.forEach(
              prompts,
              (prompt) =>
                Effect.forEach(
                  Array.from({ length: recipe.rollouts }, (_, sample) => sample),
                  (sample) => rollOut(casting, prompt, sample),
                  { concurrency: "unbounded" },
                ),
              { concurrency: "unbounded" },
            ).pipe(asStageFailure)
            const sampled = yield* Clock.currentTimeMillis
            const outcomes = outcomesOf(groups.flat().map(({ rollout }) => rollout))
            yield* refuseMissing(outcomes, defaultFailureShare)
            const batch = yield* batchOf(groups, recipe, lossScale)
            const trained = yield* asStageFailure(policies.train(policy, batch.request, { role: "trainer", step }))
            const learnt = yield* Clock.currentTimeMillis
            const state = yield* asStageFailure(policies.save(trained.policy, { role: "trainer", step }))
            const saved = yield* Clock.currentTimeMillis
            const records = groups.flat().map(({ rollout }) => rollout)
            const iteration = Iteration.make({
              index,
              identity: trained.policy.identity,
              reward: meanReward(records) ?? 0,
              measures: meanMeasures(records),
              kl: batch.kl,
              ...outcomes,
              groups: batch.groups,
              transcripts: yield* rollouts.write(records),
              state,
              ...driftOf(yield* policies.drift, [trained.policy]),
              seconds: {
                sampling: (sampled - began) / 1000,
                training: (learnt - sampled) / 1000,
                saving: (saved - learnt) / 1000,
              },
            })
            return { checkpoint: checkpointOf(trained.policy, state), iteration }
          }),
        )
      const curve: Array<Iteration> = []
      let checkpoint: Checkpoint | null = null
      for (let index = 0; index < recipe.iterations; index++) {
        const trained: typeof Trained.Type = yield* iterate(index, checkpoint)
        checkpoint = trained.checkpoint
        curve.push(trained.iteration)
      }
      // The recipe has at least one iteration.
      return AssistantResult.make({ checkpoint: checkpoint!, curve })
    }),
  estimate: ({ base, simulator, reward, recipe, conversing }) => {
    const count = recipe.iterations * recipe.prompts * recipe.rollouts
    const trainer: Estimate.Demand = {
      role: "trainer",
      model: base,
      calls: Estimate.exactly(recipe.iterations),
      promptTokens: promptTokens({ count, conversing }),
      completionTokens: Estimate.exactly(0),
    }
    const models = { assistant: base, simulator: modelOf(simulator), opens: opensOf(simulator) }
    return { size: recipe.iterations, demands: [...rolloutDemands({ count, conversing, reward, ...models }), trainer] }
  },
})

/** A prompt that comes back in a later iteration is sampled anew; arms of one replicate stay paired. */
const deriveIteration = (seed: number, index: number) => deriveSeed([seed, "iteration", index])

const somePrompts = (prompts: ReadonlyArray<Conversation>) =>
  prompts.length > 0
    ? Effect.succeed(prompts)
    : StageFailure.make({
        kind: "operator",
        reason: "No opening of the training part fits `conversing.maxOpening`.",
        advice: "Raise it, or take another corpus.",
      })

/** Groups as training data. A rollout without a verdict is missing from its group, never a zero (contract 3). */
const batchOf = (
  groups: ReadonlyArray<ReadonlyArray<RolledOut>>,
  recipe: GrpoRecipe,
  scale: Trainer["Type"]["lossScale"],
) => {
  const complete = groups
    .map((group) => group.filter(({ rollout, transitions }) => rollout.verdict !== null && transitions.length > 0))
    .filter((group) => group.length > 1)
  if (complete.length === 0) {
    return StageFailure.make({
      kind: "data",
      reason: "No group of this iteration has two rollouts with a verdict.",
      advice: "See the failures by reason, mend what causes them, then retry.",
    })
  }
  const byStart = new Map<string, ReadonlyArray<number>>()
  const trajectories = complete.map((group) =>
    group.map(({ rollout, transitions, initial }) => {
      const last = transitions.at(-1)
      if (last !== undefined) byStart.set(keyOf([...last.observation, ...last.action]), initial)
      return { transitions, finalReward: rollout.verdict?.reward ?? 0 }
    }),
  )
  const reference = (datum: {
    readonly modelInput: ReadonlyArray<number>
    readonly targetTokens: ReadonlyArray<number>
  }) => byStart.get(keyOf([...datum.modelInput, ...datum.targetTokens.slice(-1)])) ?? []
  return Either.mapLeft(iterationBatch(trajectories, recipe, reference, scale), ({ message }) =>
    StageFailure.make({ kind: "data", reason: message, advice: "This is a defect of the rollouts; please report it." }),
  )
}

const keyOf = (tokens: ReadonlyArray<number>) => tokens.join(" ")
