/**
 * How well simulated users can be told from real ones by how they talk: a random forest on the 19 features of a
 * conversation, its area under the ROC curve on conversations that it did not learn from (arXiv 2603.11245; paper 3.7).
 * 0.5 is a coin: by these features nobody can tell. 1 is always.
 */
import { Array as Arr, Effect } from "effect"
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"
import { bootstrap } from "../statistics/Resampling.ts"
import { rocAuc } from "../statistics/rocAuc.ts"
import { meanOrNull } from "./meanOrNull.ts"
import { features, featuresOf } from "./userFeatures.ts"
import type { Counted } from "./userFeatures.ts"

/** Both sides of one conversation. */
export interface Told {
  readonly user: string
  readonly counted: { readonly human: Counted; readonly simulated: Counted }
}

export interface ToldApart {
  readonly auc: number
  /** Percentile bootstrap over users, 2,000 resamples, of the scores of one cross-validation. */
  readonly low: number | null
  readonly high: number | null
  readonly conversations: number
  readonly users: number
}

/**
 * Cross-validated in five folds with no user in two, both sides of a conversation in one. At most 300 conversations, by
 * seed. A feature that a side does not have (how its turns vary, where there is one) is taken as the mean of all. Null
 * with fewer than ten users, from whom nothing can be learnt.
 */
export const toldApart = (all: ReadonlyArray<Told>, seed = 0): Effect.Effect<ToldApart | null> =>
  Effect.gen(function* () {
    const pairs = randomFrom(deriveSeed([seed, "told-apart"]))
      .shuffle(all)
      .map(({ user, counted }) => ({ user, human: valuesOf(counted.human), simulated: valuesOf(counted.simulated) }))
      .filter(({ human, simulated }) => [human, simulated].every((side) => side.some((value) => value !== null)))
      .slice(0, most)
    const users = [...new Set(pairs.map(({ user }) => user))]
    if (users.length < fewestUsers) return null
    const { RandomForestClassifier } = yield* Effect.promise(() => import("ml-random-forest"))
    const usual = features.map((_, i) =>
      meanOrNull(pairs.flatMap(({ human, simulated }) => [human[i] ?? null, simulated[i] ?? null])),
    )
    const filled = (side: ReadonlyArray<number | null>) => side.map((value, i) => value ?? usual[i] ?? 0)
    const rows = pairs.map(({ user, human, simulated }) => ({
      user,
      fold: users.indexOf(user) % folds,
      sides: [filled(human), filled(simulated)],
    }))
    const scored = yield* Effect.forEach(Array.from({ length: folds }), (_, fold) =>
      Effect.sync(() => {
        const [learnt, left] = [rows.filter((row) => row.fold !== fold), rows.filter((row) => row.fold === fold)]
        const forest = new RandomForestClassifier({ ...settings, seed: deriveSeed([seed, "forest", fold]) })
        forest.train(
          learnt.flatMap(({ sides }) => sides),
          learnt.flatMap(() => [0, 1]),
        )
        const chances = forest.predictProbability(
          left.flatMap(({ sides }) => sides),
          1,
        )
        return left.map(({ user }, i) => ({ user, human: chances[2 * i]!, simulated: chances[2 * i + 1]! }))
      }).pipe(Effect.zipLeft(Effect.yieldNow())),
    )
    const byUser = Arr.groupBy(scored.flat(), ({ user }) => user)
    const found = bootstrap(
      Object.values(byUser),
      (sample) =>
        rocAuc(
          sample.flatMap((own) => own.map(({ simulated }) => simulated)),
          sample.flatMap((own) => own.map(({ human }) => human)),
        ) ?? NaN,
      { resamples: 2000, seed },
    )
    return found === null
      ? null
      : { auc: found.estimate, low: found.low, high: found.high, conversations: rows.length, users: users.length }
  })

const folds = 5
const fewestUsers = 10
const most = 300

const settings = {
  nEstimators: 50,
  maxFeatures: 6,
  replacement: false,
  useSampleBagging: true,
  noOOB: true,
} as const

const valuesOf = (counted: Counted) => {
  const known = featuresOf([counted])
  return features.map((feature) => known[feature])
}
