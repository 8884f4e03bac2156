/**
 * Power of a pairwise study in which participants give several comparisons each, some of them ties: how often the
 * participant-clustered t test (`clusteredMean`) finds a win rate that differs from one half, by simulation.
 *
 * Each comparison ties with probability `tieRate`; otherwise the participant prefers one side with a probability of
 * their own, from a beta distribution with mean m = (winRate - tieRate / 2) / (1 - tieRate) and correlation r = 1 / (a +
 * b + 1) between two untied outcomes of one participant. Outcomes are drawn by Polya's urn, which is exact.
 */
import { Either, Schema } from "effect"
import { randomFrom } from "../../../src/domain/Seed.ts"
import type { Generator } from "../../../src/domain/Seed.ts"
import { normalQuantile, tQuantile } from "./distributions.ts"

export interface PairwiseDesign {
  /** The tie-accounted win rate that is true. */
  readonly winRate: number
  readonly tieRate: number
  /** Comparisons of each participant. */
  readonly comparisons: number
  /** Between two untied outcomes of one participant: 0 none, 1 they always prefer the same side. */
  readonly correlation: number
}

export interface PowerOptions {
  /** Chance of a false alarm that the two-sided test may have. */
  readonly alpha?: number
  readonly simulations?: number
  readonly seed?: number
}

export interface Power {
  readonly participants: number
  /** Share of simulated studies in which the test rejects one half; at a true win rate of 0.5 its false alarms. */
  readonly power: number
  /** Of that share, from the number of simulations. */
  readonly standardError: number
}

export class InvalidDesign extends Schema.TaggedError<InvalidDesign>()("InvalidDesign", { detail: Schema.String }) {
  override get message() {
    return `This study can't be planned: ${this.detail}`
  }
}

/** Of a study with so many participants. */
export const pairwisePower = (
  design: PairwiseDesign,
  participants: number,
  { alpha = 0.05, simulations = 2_000, seed = 0 }: PowerOptions = {},
): Either.Either<Power, InvalidDesign> => {
  const invalid = problem(design, participants, alpha)
  if (invalid !== undefined) return Either.left(InvalidDesign.make({ detail: invalid }))
  const generator = randomFrom(seed)
  const critical = tQuantile(1 - alpha / 2, participants - 1)
  let rejected = 0
  for (let i = 0; i < simulations; i++) if (rejects(design, participants, critical, alpha, generator)) rejected++
  const power = rejected / simulations
  return Either.right({ participants, power, standardError: Math.sqrt((power * (1 - power)) / simulations) })
}

/**
 * The fewest participants with which the power reaches `power`, to one in a hundred, and `formula`: what the normal
 * approximation says, (z_alpha/2 + z_power)^2 (v + (m - 1) c) / (m d^2) for m comparisons each, variance v and covariance c
 * of outcomes, and a win rate that is d from one half. Takes seconds; more for small effects.
 */
export const participantsNeeded = (
  design: PairwiseDesign,
  {
    power: wanted = 0.8,
    most = 20_000,
    ...options
  }: PowerOptions & { readonly power?: number; readonly most?: number } = {},
): Either.Either<Power & { readonly formula: number }, InvalidDesign> =>
  Either.gen(function* () {
    if (design.winRate === 0.5) return yield* refused("at a true win rate of 0.5 there is no difference to find.")
    if (!(wanted > 0 && wanted < 1)) return yield* refused("the power wanted lies between 0 and 1.")
    const invalid = problem(design, 2, options.alpha ?? 0.05)
    if (invalid !== undefined) return yield* refused(invalid)
    const formula = byFormula(design, options.alpha ?? 0.05, wanted)
    const of = (participants: number) => pairwisePower(design, Math.min(most, Math.max(2, participants)), options)
    let enough = yield* of(formula)
    while (enough.power < wanted) {
      if (enough.participants >= most)
        return yield* refused(`${most} participants reach a power of only ${enough.power.toFixed(2)}.`)
      enough = yield* of(Math.ceil(enough.participants * 1.06) + 1)
    }
    let tooFew = yield* of(Math.floor(enough.participants * 0.94))
    while (tooFew.power >= wanted && tooFew.participants > 2) {
      enough = tooFew
      tooFew = yield* of(Math.floor(enough.participants * 0.94))
    }
    // The simulation's noise is worth more than one participant in a hundred.
    while (enough.participants - tooFew.participants > Math.max(1, enough.participants / 100)) {
      const middle = yield* of(Math.floor((enough.participants + tooFew.participants) / 2))
      if (middle.power >= wanted) enough = middle
      else tooFew = middle
    }
    return { ...enough, formula }
  })

const refused = (detail: string) => Either.left(InvalidDesign.make({ detail }))

const problem = (
  { winRate, tieRate, comparisons, correlation }: PairwiseDesign,
  participants: number,
  alpha: number,
) => {
  if (!(participants >= 2 && Number.isInteger(participants))) return "it needs two participants or more."
  if (!(comparisons >= 1 && Number.isInteger(comparisons))) return "each participant needs one comparison or more."
  if (!(tieRate >= 0 && tieRate < 1)) return "the tie rate is at least 0 and below 1."
  if (!(winRate >= tieRate / 2 && winRate <= 1 - tieRate / 2))
    return `with ties at ${tieRate} a win rate, in which they count half, lies between ${tieRate / 2} and ${1 - tieRate / 2}.`
  if (!(correlation >= 0 && correlation <= 1)) return "the correlation lies between 0 and 1."
  return alpha > 0 && alpha < 1 ? undefined : "alpha lies between 0 and 1."
}

const rejects = (
  design: PairwiseDesign,
  participants: number,
  critical: number,
  alpha: number,
  generator: Generator,
) => {
  const { comparisons } = design
  const totals = Float64Array.from({ length: participants }, () => outcomes(design, generator))
  const mean = totals.reduce((all, total) => all + total, 0) / (participants * comparisons)
  const squares = totals.reduce((all, total) => all + (total - comparisons * mean) ** 2, 0)
  const standardError = Math.sqrt((participants / (participants - 1)) * squares) / (participants * comparisons)
  if (standardError > 0) return Math.abs(mean - 0.5) > critical * standardError
  // All alike: the t test is undefined, and the sign-flip test says 2^(1 - participants).
  return mean !== 0.5 && 2 ** (1 - participants) <= alpha
}

/** Sum of one participant's outcomes: 1 a win, 0.5 a tie, 0 a loss. */
const outcomes = ({ winRate, tieRate, comparisons, correlation }: PairwiseDesign, { next }: Generator) => {
  const untiedRate = (winRate - tieRate / 2) / (1 - tieRate)
  // The urn holds a + b = (1 - r) / r balls at first; scaled by r it needs no division, and r may be 0.
  let [total, wins, untied] = [0, 0, 0]
  for (let i = 0; i < comparisons; i++) {
    if (next() < tieRate) {
      total += 0.5
      continue
    }
    const chance = (untiedRate * (1 - correlation) + wins * correlation) / (1 - correlation + untied * correlation)
    // With a correlation of 1 the urn is empty at first.
    const won = next() < (Number.isNaN(chance) ? untiedRate : chance)
    untied++
    if (won) {
      wins++
      total++
    }
  }
  return total
}

const byFormula = ({ winRate, tieRate, comparisons, correlation }: PairwiseDesign, alpha: number, power: number) => {
  const variance = winRate - tieRate / 4 - winRate ** 2
  const untiedRate = (winRate - tieRate / 2) / (1 - tieRate)
  const shared = (1 - tieRate) ** 2 * correlation * untiedRate * (1 - untiedRate)
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power)
  const perParticipant = variance + (comparisons - 1) * shared
  return Math.ceil((z ** 2 * perParticipant) / (comparisons * (winRate - 0.5) ** 2))
}
