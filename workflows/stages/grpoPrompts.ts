/** The prompts of a whole training, drawn from a part that may be larger than memory: one file for each iteration. */
import { Effect, Stream } from "effect"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { promptDraws } from "../../layers/training/promptsOf.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Opening } from "../../src/domain/Results.ts"
import { StageFailure } from "../../src/index.ts"
import { conversations } from "./conversations.ts"
import { usable } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { fitsIn } from "./grpoParts.ts"

interface Drawing {
  readonly part: ArtifactRef
  readonly base: ModelSpec
  readonly opening: Opening
  readonly recipe: GrpoRecipe
  readonly conversing: Conversing
  readonly seed: number
}

/** The conversations of every iteration, those of its first round first; only the places of the others are held. */
export const drawPrompts = Effect.fnUntraced(function* ({ part, base, opening, recipe, conversing, seed }: Drawing) {
  const policies = yield* Policies
  const model = yield* asStageFailure(policies.base(base))
  const short = fitsIn({ opening, system: conversing.system, promptTokens: recipe.limits?.promptTokens }, model)
  const places: Array<number> = []
  yield* eachOf(part, (one, place) => {
    if (usable([one], conversing).length > 0 && short(one)) places.push(place)
  })
  if (places.length === 0) {
    return yield* StageFailure.make({
      kind: "operator",
      reason: "No opening of the training part fits `conversing.maxOpening` and `recipe.limits.promptTokens`.",
      advice: "Raise it, or take another corpus.",
    })
  }
  const drawsOf = promptDraws(places, recipe, seed)
  const schedule = Array.from({ length: recipe.iterations }, (_, iteration) =>
    Array.from({ length: recipe.rounds }, (_, round) => drawsOf(iteration, round)).flat(),
  )
  const wanted = new Set(schedule.flat())
  const found = new Map<number, Conversation>()
  yield* eachOf(part, (one, place) => {
    if (wanted.has(place)) found.set(place, one)
  })
  // Every place that is wanted was read.
  return yield* Effect.forEach(schedule, (own) => conversations.write(own.map((place) => found.get(place)!)))
})

/** The prompts of one round of an iteration. */
export const roundOf = (drawn: ReadonlyArray<Conversation>, round: number, { rounds }: Pick<GrpoRecipe, "rounds">) => {
  const size = drawn.length / rounds
  return drawn.slice(round * size, (round + 1) * size)
}

const eachOf = (part: ArtifactRef, visit: (one: Conversation, place: number) => void) => {
  let place = 0
  return Stream.runForEach(conversations.stream(part), (one) => Effect.sync(() => visit(one, place++)))
}
