/** The user turns of many conversations taken together, and how far two such pools are apart, measure by measure. */
import { wasserstein } from "../fidelity/turnLengths.ts"
import { jensenShannon } from "../statistics/jensenShannon.ts"
import { cosineDistance } from "./Embedder.ts"
import type { Profile } from "./profile.ts"
import { blocks, blockSimilarities, features, featuresOf } from "./userFeatures.ts"
import type { BlockName, Counted, Feature } from "./userFeatures.ts"

export interface Pool {
  /** One for each turn. */
  readonly words: ReadonlyArray<number>
  /** Sum over the turns. */
  readonly charactersPerWord: number
  readonly checked: number
  readonly unknown: number
  readonly tags: ReadonlyArray<number>
  readonly marks: ReadonlyArray<number>
  readonly letters: ReadonlyArray<number>
  readonly sentiment: ReadonlyArray<number>
  /** Sum of the turns' vectors; undefined where they have none. */
  readonly vector: ReadonlyArray<number> | undefined
  readonly counted: Counted
}

export const poolOf = (profiles: ReadonlyArray<Profile>, counted: ReadonlyArray<Counted>): Pool => ({
  words: profiles.map(({ words }) => words),
  charactersPerWord: profiles.reduce((sum, profile) => sum + profile.charactersPerWord, 0),
  checked: profiles.reduce((sum, { spelling }) => sum + spelling.checked, 0),
  unknown: profiles.reduce((sum, { spelling }) => sum + spelling.unknown, 0),
  tags: added(profiles.map(({ tags }) => tags)),
  marks: added(profiles.map(({ marks }) => marks)),
  letters: added(profiles.map(({ letters }) => letters)),
  sentiment: added(profiles.map(({ sentiment }) => sentiment)),
  vector: addedVectors(profiles.map(({ vector }) => vector)),
  counted: addedCounts(counted),
})

export const merged = (pools: ReadonlyArray<Pool>): Pool => ({
  words: pools.flatMap(({ words }) => words),
  charactersPerWord: pools.reduce((sum, pool) => sum + pool.charactersPerWord, 0),
  checked: pools.reduce((sum, pool) => sum + pool.checked, 0),
  unknown: pools.reduce((sum, pool) => sum + pool.unknown, 0),
  tags: added(pools.map(({ tags }) => tags)),
  marks: added(pools.map(({ marks }) => marks)),
  letters: added(pools.map(({ letters }) => letters)),
  sentiment: added(pools.map(({ sentiment }) => sentiment)),
  vector: addedVectors(pools.map(({ vector }) => vector)),
  counted: addedCounts(pools.map(({ counted }) => counted)),
})

export interface PoolMeasure {
  readonly name: string
  readonly unit: string
  /** Null where a side has nothing to compare. */
  readonly distance: (one: Pool, other: Pool) => number | null
}

export const poolMeasures: ReadonlyArray<PoolMeasure> = [
  {
    name: "words per turn",
    unit: "words",
    distance: (one, other) => wasserstein(one.words, other.words),
  },
  {
    name: "characters per word",
    unit: "characters",
    distance: (one, other) =>
      apart(by(one.charactersPerWord, one.words.length), by(other.charactersPerWord, other.words.length)),
  },
  {
    name: "typo rate",
    unit: "share of words",
    distance: (one, other) => apart(by(one.unknown, one.checked), by(other.unknown, other.checked)),
  },
  { name: "parts of speech", unit: "nats", distance: divergence(({ tags }) => tags) },
  { name: "punctuation", unit: "nats", distance: divergence(({ marks }) => marks) },
  { name: "letter case", unit: "nats", distance: divergence(({ letters }) => letters) },
  { name: "sentiment", unit: "nats", distance: divergence(({ sentiment }) => sentiment) },
  {
    name: "meaning",
    unit: "1 - cosine of mean vectors",
    distance: (one, other) =>
      one.vector === undefined || other.vector === undefined ? null : cosineDistance(one.vector, other.vector),
  },
  ...(Object.keys(blocks) as Array<BlockName>).map((block): PoolMeasure => ({
    name: block,
    unit: "1 - Dice",
    distance: (one, other) => {
      const similarity = blockSimilarities(featuresOf([one.counted]), featuresOf([other.counted]))[block]
      return similarity === null ? null : 1 - similarity
    },
  })),
]

function divergence(counts: (pool: Pool) => ReadonlyArray<number>) {
  return (one: Pool, other: Pool): number | null => {
    const [a, b] = [counts(one), counts(other)]
    return a.length === 0 || b.length === 0 ? null : (jensenShannon(a, b)?.nats ?? null)
  }
}

const by = (part: number, all: number) => (all === 0 ? null : part / all)

const apart = (one: number | null, other: number | null) =>
  one === null || other === null ? null : Math.abs(one - other)

/** Empty where there is nothing to add. */
const added = (vectors: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  const sums: Array<number> = []
  for (const vector of vectors) for (const [i, value] of vector.entries()) sums[i] = (sums[i] ?? 0) + value
  return sums
}

/** Turns without a vector are left out. */
const addedVectors = (vectors: ReadonlyArray<ReadonlyArray<number> | undefined>) => {
  const known = vectors.filter((vector) => vector !== undefined)
  return known.length === 0 ? undefined : added(known)
}

const addedCounts = (all: ReadonlyArray<Counted>): Counted =>
  Object.fromEntries(
    features.map((name: Feature) => [
      name,
      {
        sum: all.reduce((sum, one) => sum + one[name].sum, 0),
        count: all.reduce((sum, one) => sum + one[name].count, 0),
      },
    ]),
  ) as Record<Feature, Counted[Feature]>
