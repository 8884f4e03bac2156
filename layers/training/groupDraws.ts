/** Which groups of an iteration are trained on, where prompts are drawn until enough groups are informative. */
import type { GrpoRecipe } from "./GrpoRecipe.ts"
import { isInformative, passes } from "./iterationBatch.ts"

/** Whether another round of prompts is to be drawn; `rewards` are those of the groups so far. */
export const needsMore = (rewards: ReadonlyArray<ReadonlyArray<number>>, recipe: GrpoRecipe, rounds: number): boolean =>
  rounds < recipe.rounds && rewards.filter((group) => isInformative(group, recipe)).length < recipe.prompts

/** With one round all groups; with more the first informative ones, or all where there is none. */
export const chosenGroups = <A>(
  groups: ReadonlyArray<A>,
  rewardsOf: (group: A) => ReadonlyArray<number>,
  recipe: GrpoRecipe,
): ReadonlyArray<A> => {
  if (recipe.rounds === 1) return groups
  const informative = groups.filter((group) => isInformative(rewardsOf(group), recipe))
  return informative.length === 0 ? groups : informative.slice(0, recipe.prompts)
}

export const groupCounts = (rewards: ReadonlyArray<ReadonlyArray<number>>, recipe: GrpoRecipe, trained: number) => ({
  drawn: rewards.length,
  constant: rewards.filter((group) => group.every((reward) => reward === group[0])).length,
  filtered: rewards.filter((group) => !passes(group, recipe)).length,
  trained,
})
