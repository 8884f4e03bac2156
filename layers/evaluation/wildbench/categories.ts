/**
 * The five categories of WildBench, their weights in task-macro figures, and the tags that belong to each
 * (allenai/WildBench, `leaderboard/data_dir/_create_tables.py`). The weights make up for how often a category occurs.
 */
export const categories = {
  "Creative Tasks": {
    weight: 0.5,
    tags: ["Creative Writing", "Editing", "Brainstorming", "Role playing", "Others"],
  },
  "Planning & Reasoning": { weight: 1.25, tags: ["Reasoning", "Planning"] },
  "Math & Data Analysis": { weight: 1, tags: ["Math", "Data Analysis"] },
  "Information/Advice seeking": { weight: 0.75, tags: ["Information seeking", "Advice seeking"] },
  "Coding & Debugging": { weight: 1.25, tags: ["Coding & Debugging"] },
} as const

export type Category = keyof typeof categories

/** A value for some categories; those without any task are absent. */
export type ByCategory<A> = { readonly [C in Category]?: A }

/** Tags of a task, as the data set has them. */
export interface TaskTags {
  readonly primaryTag: string
  readonly secondaryTags: ReadonlyArray<string>
}

/** Every category that one of the tags belongs to, each once. A tag of no category is passed over. */
export const categoriesOf = ({ primaryTag, secondaryTags }: TaskTags): ReadonlyArray<Category> => {
  const tags = new Set([primaryTag, ...secondaryTags])
  return names.filter((name) => categories[name].tags.some((tag) => tags.has(tag)))
}

/** Weighted by category, divided by the sum of all weights (4.75): a category without tasks counts as 0. */
export const taskMacro = (byCategory: ByCategory<number>): number => {
  const given = Object.entries(byCategory) as ReadonlyArray<[Category, number]>
  const weighted = given.reduce((total, [name, value]) => total + value * categories[name].weight, 0)
  return weighted / names.reduce((total, name) => total + categories[name].weight, 0)
}

/** Items by each category that they are in; categories without items are absent. */
export const grouped = <A>(
  items: ReadonlyArray<A>,
  categoriesOfItem: (item: A) => ReadonlyArray<Category>,
): ReadonlyArray<readonly [Category, ReadonlyArray<A>]> =>
  names
    .map((name) => [name, items.filter((item) => categoriesOfItem(item).includes(name))] as const)
    .filter(([, found]) => found.length > 0)

const names = Object.keys(categories) as ReadonlyArray<Category>
