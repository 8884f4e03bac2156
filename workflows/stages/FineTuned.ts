/** A user simulator fine-tuned on what real users wrote (paper 2.3, 2.4), with its perplexity before and after. */
import { Clock, Effect, Schema } from "effect"
import { userSystem } from "../../layers/generation/FlippedUser.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { checkpointOf, driftOf, fromCheckpoint, untrained } from "../../layers/training/Policy.ts"
import { leavingProbability, perplexity, sftDatum } from "../../layers/training/SftDatums.ts"
import { crossEntropyDatum, draw, sftSteps, SftRecipe } from "../../layers/training/SftRecipe.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Persona } from "../../src/domain/Persona.ts"
import { Checkpoint, FineTunedResult, SplitResult } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, StageFailure, Step } from "../../src/index.ts"
import { conversations } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"

const Measured = Schema.Struct({ perplexity: Schema.Number, tokens: Schema.Int, leaving: Schema.Number })
const Chunk = Schema.Struct({
  checkpoint: Checkpoint,
  losses: Schema.Array(Schema.Number),
  drift: Schema.optional(Schema.Number),
  seconds: Schema.Number,
})

export const FineTuned = Stage.make({
  name: "FineTuned",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    base: ModelSpec,
    /** Whose system line stands before every conversation, in training as in use. */
    persona: Persona,
    recipe: SftRecipe,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: FineTunedResult,
  run: ({ split, base, persona, recipe, seed }) =>
    Effect.gen(function* () {
      const caller = { role: "trainer", step: yield* Shard.stepId } as const
      /** Drawn conversations that fit, as training sequences. */
      const datums = Effect.fnUntraced(function* (part: ArtifactRef, limit: number) {
        const policies = yield* Policies
        const codec = yield* asStageFailure(policies.base(base))
        const all = (yield* conversations.read(part)).map((one) => sftDatum(codec, userSystem(persona), one))
        const fitting = all.filter(({ tokens }) => tokens.length <= recipe.maxTokens)
        if (fitting.length === 0) {
          return yield* StageFailure.make({
            kind: "operator",
            reason: `None of ${all.length} conversations fits ${recipe.maxTokens} tokens.`,
            advice: "Raise the recipe's maxTokens, or take a corpus of shorter conversations.",
          })
        }
        return draw(fitting, limit, [seed, "sft-conversations"])
      })
      const start = untrained(base, { rank: recipe.rank, seed })
      const measure = (name: string, checkpoint: Checkpoint | null) =>
        Shard.once(
          name,
          Measured,
          Effect.gen(function* () {
            const policies = yield* Policies
            const held = yield* datums(split.heldOut, recipe.heldOut)
            const policy = checkpoint === null ? start : fromCheckpoint(checkpoint)
            const logprobs = yield* asStageFailure(policies.forward(policy, held.map(crossEntropyDatum), caller))
            return { ...perplexity(held, logprobs), leaving: leavingProbability(held, logprobs) }
          }),
        )
      const train = (first: number, from: Checkpoint | null) =>
        Shard.once(
          `steps/${first}`,
          Chunk,
          Effect.gen(function* () {
            const policies = yield* Policies
            const began = yield* Clock.currentTimeMillis
            const all = sftSteps(yield* datums(split.train, recipe.conversations), recipe, seed)
            const losses: Array<number> = []
            let policy = from === null ? start : fromCheckpoint(from)
            for (const request of all.slice(first, first + recipe.saveEvery)) {
              const trained = yield* asStageFailure(policies.train(policy, request, caller))
              losses.push(meanLoss(request.datums, trained.logprobs))
              policy = trained.policy
            }
            const state = yield* asStageFailure(policies.save(policy, caller))
            const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
            const drift = driftOf(yield* policies.drift, policy.pending)
            return { checkpoint: checkpointOf(policy, state), losses, ...drift, seconds }
          }),
        )

      const steps = yield* Shard.once(
        "count",
        Schema.Int,
        Effect.map(datums(split.train, recipe.conversations), (drawn) => sftSteps(drawn, recipe, seed).length),
      )
      const before = yield* measure("before", null)
      let last: typeof Chunk.Type | undefined
      const losses: Array<number> = []
      const drifts: Array<number> = []
      let seconds = 0
      for (let first = 0; first < steps; first += recipe.saveEvery) {
        last = yield* train(first, last?.checkpoint ?? null)
        losses.push(...last.losses)
        drifts.push(...(last.drift === undefined ? [] : [last.drift]))
        seconds += last.seconds
      }
      // There is at least one conversation, so at least one step.
      const { checkpoint } = last!
      const after = yield* measure("after", checkpoint)
      return FineTunedResult.make({
        checkpoint,
        perplexity: { before: before.perplexity, after: after.perplexity, tokens: after.tokens },
        ending: { before: before.leaving, after: after.leaving },
        losses,
        ...(drifts.length === 0 ? {} : { drift: Math.max(...drifts) }),
        seconds,
      })
    }),
  estimate: ({ base, recipe }) => ({
    size: 1,
    demands: [
      {
        role: "trainer",
        model: base,
        calls: Estimate.exactly(Math.ceil(recipe.conversations / recipe.batchSize) * recipe.epochs + 2),
        promptTokens: {
          low: recipe.conversations * recipe.epochs * 0.3 * recipe.maxTokens,
          expected: (recipe.conversations * recipe.epochs + 2 * recipe.heldOut) * 0.6 * recipe.maxTokens,
          high: (recipe.conversations * recipe.epochs + 2 * recipe.heldOut) * recipe.maxTokens,
        },
        completionTokens: Estimate.exactly(0),
      },
    ],
  }),
})

/** Nats per trained token, before the step. */
const meanLoss = (
  datums: ReadonlyArray<{ readonly mask: ReadonlyArray<number> }>,
  logprobs: ReadonlyArray<ReadonlyArray<number>>,
) => {
  let total = 0
  let tokens = 0
  for (const [i, { mask }] of datums.entries())
    for (const [at, weight] of mask.entries()) {
      total -= weight * (logprobs[i]?.[at] ?? 0)
      tokens += weight
    }
  return total / tokens
}
