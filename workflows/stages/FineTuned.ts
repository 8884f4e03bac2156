/** A user simulator fine-tuned on what real users wrote (paper 2.3, 2.4), with its perplexity before and after. */
import { Effect, Schema } from "effect"
import { plain } from "../../layers/generation/personas.ts"
import { saysPersona } from "../../layers/generation/userSystem.ts"
import { defaultSettings } from "../../layers/training/embedded/ServerCommand.ts"
import { leavingProbability, lossOf, perplexity, SftMeasures } from "../../layers/training/SftMeasures.ts"
import { evaluatesAt, learningRateAt, pausesOf, recipeProblem, SftRecipe } from "../../layers/training/SftRecipe.ts"
import { stepsOf } from "../../layers/training/SftSequences.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { Condition, FineTunedResult, Opening, SplitResult } from "../../src/domain/Results.ts"
import type { Checkpoint, SftEvaluation } from "../../src/domain/Results.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { fineTuning, Trained } from "./fineTuning.ts"
import { sftDemand } from "./sftDemand.ts"
import { Prepared } from "./sftParts.ts"

/**
 * Trained on the split's `simulator` part, picked on `validation`, measured on `test`. With `opening: "generated"` the
 * simulator writes first turns too, which it has learnt in any case.
 */
export const FineTuned = Stage.make({
  name: "FineTuned",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    base: ModelSpec,
    recipe: SftRecipe,
    opening: Opening.pipe(Schema.optionalWith({ default: () => "real" as const })),
    /** What it is told before every conversation, in training as in use. The paper's are told the intent. */
    condition: Condition.pipe(Schema.optionalWith({ default: () => "intent" as const })),
    /** One, or a mixture of which each conversation has one; where the condition tells it. Default: `plain`. */
    personas: Schema.optional(Personas),
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: FineTunedResult,
  check: ({ base, recipe, condition, personas }) =>
    recipeProblem(recipe) ??
    baseProblem(base, recipe) ??
    (personas !== undefined && !saysPersona(condition)
      ? `personas are not told to a simulator whose condition is "${condition}": say condition: "persona-and-intent", or leave them out.`
      : undefined),
  run: ({ split, base, recipe, opening, condition, personas = plain, seed }) =>
    Effect.gen(function* () {
      const work = fineTuning({ base, recipe, condition, personas, seed, step: yield* Shard.stepId })
      const { conversations: test } = split.test
      const { conversations: validation } = split.validation
      const part = split.simulator.conversations
      const data = yield* Shard.once("prepare", Prepared, work.prepare(part, recipe.conversations, true))
      const held = yield* Shard.once("prepare/test", Prepared, work.prepare(test, recipe.heldOut, false))
      const steps = stepsOf(data.sequences, recipe)
      const before = yield* Shard.once("before", SftMeasures, work.measure(test, held, null))

      const drawn =
        recipe.evaluateEvery === undefined
          ? undefined
          : yield* Shard.once("prepare/validation", Prepared, work.prepare(validation, recipe.validation, false))
      const evaluations: Array<SftEvaluation> = []
      const evaluate = Effect.fnUntraced(function* (step: number, checkpoint: Checkpoint | null) {
        if (drawn === undefined) return undefined
        const found = yield* Shard.once(`evaluation/${step}`, SftMeasures, work.measure(validation, drawn, checkpoint))
        const evaluation = { step, nats: lossOf(found), tokens: found.learntTokens }
        evaluations.push(evaluation)
        return evaluation
      })
      yield* evaluate(0, null)

      const trained: Array<Trained> = []
      let last: Checkpoint | undefined
      let best: { readonly checkpoint: Checkpoint; readonly step: number; readonly nats: number } | undefined
      let sinceBest = 0
      let first = 0
      for (const end of pausesOf(recipe, steps)) {
        const training = work.train(part, data, { first, end, steps }, last ?? null)
        const made: Trained = yield* Shard.once(`steps/${first}`, Trained, training)
        trained.push(made)
        last = made.checkpoint
        first = end
        const evaluation = evaluatesAt(recipe, end, steps) ? yield* evaluate(end, last) : undefined
        if (evaluation === undefined) continue
        if (best === undefined || evaluation.nats < best.nats) {
          best = { checkpoint: last, ...evaluation }
          sinceBest = 0
        } else if (++sinceBest === recipe.patience) break
      }
      // There is at least one sequence, so at least one step.
      const losses = trained.flatMap((one) => one.losses)
      const { checkpoint, step } = best ?? { checkpoint: last!, step: first }
      const after = yield* Shard.once("after", SftMeasures, work.measure(test, held, checkpoint))
      const drifts = trained.flatMap(({ drift }) => drift ?? [])
      return FineTunedResult.make({
        checkpoint,
        step,
        opening,
        condition,
        personas,
        marker: recipe.marker,
        perplexity: { before: perplexity(before), after: perplexity(after), tokens: after.tokens },
        ending: { before: leavingProbability(before), after: leavingProbability(after) },
        losses,
        learningRates: losses.map((_, at) => learningRateAt(recipe, at, steps)),
        evaluations,
        data: {
          conversations: data.conversations,
          truncated: data.truncated,
          sequences: data.sequences,
          leftOut: data.leftOut,
        },
        ...(drifts.length === 0 ? {} : { drift: Math.max(...drifts) }),
        seconds: trained.reduce((sum, { seconds }) => sum + seconds, 0),
      })
    }),
  estimate: ({ split, base, recipe }, sizeOf) => ({ size: 1, demands: [sftDemand(base, recipe, sizeOf(split))] }),
})

const baseProblem = ({ provider, name }: ModelSpec, { rank, marker }: SftRecipe): string | undefined => {
  const { maxLoraRank } = defaultSettings
  if (provider === "openai")
    return `${name} is behind an endpoint and can't be trained: name a base model with Model.trainable or Model.embedded.`
  if (provider !== "embedded") return undefined
  if (marker !== "empty-turn")
    return `the embedded model has no room for the special token ${marker}: say marker: "empty-turn".`
  return rank === 0 || rank > maxLoraRank
    ? `the embedded trainer trains adapters of rank 1 to ${maxLoraRank}, not ${rank === 0 ? "all weights (0)" : rank}.`
    : undefined
}
