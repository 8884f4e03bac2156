/**
 * Credit by turn for GRPO on conversations (UserRL, arXiv 2509.19736; SalesforceAIResearch/UserRL cf55a30): a score for
 * the whole trajectory, compared within its group, and shares of that advantage for its turns. Plain outcome advantages
 * with and without the group's deviation are here too. All in 64 bits: the source's 32 leave residues where all scores of
 * a group are equal, which here is exactly 0.
 */
import { pythonRound } from "../evaluation/pythonRound.ts"

/**
 * Equalized: every turn 1. R2G: reward to go, c_t = r_t + gamma c_(t+1). EM: 0.5 + 0.5 (1 - e^-2r) / (1 - e^-2). The
 * source has rewards in [0, 1]; credits are shares of an advantage only where none is below 0.
 */
export type CreditMethod = "Equalized" | "R2G" | "EM"

/** Sum: despite its name the mean of the turns' rewards, rounded to 4 digits. R2G: sum of gamma^t r_t. */
export type ScoreMethod = "Sum" | "R2G"

export const turnCredits = (
  rewards: ReadonlyArray<number>,
  method: CreditMethod,
  gamma = 0.8,
): ReadonlyArray<number> => {
  if (method === "Equalized") return rewards.map(() => 1)
  if (method === "EM")
    return rewards.map((reward) => pythonRound(0.5 + (0.5 * (1 - Math.exp(-2 * reward))) / (1 - Math.exp(-2)), 4))
  return rewards.reduceRight<ReadonlyArray<number>>((later, reward) => [reward + gamma * (later[0] ?? 0), ...later], [])
}

/** 0 where there are no turns. */
export const trajectoryScore = (rewards: ReadonlyArray<number>, method: ScoreMethod, gamma = 0.8): number => {
  if (rewards.length === 0) return 0
  if (method === "R2G") return rewards.reduceRight((later, reward) => reward + gamma * later, 0)
  return pythonRound(rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, 4)
}

export interface AdvantageOptions {
  /** Divide by the group's sample deviation (n - 1 below) plus `epsilon`. */
  readonly byDeviation?: boolean
  readonly epsilon?: number
}

/**
 * Score minus the mean of its group, in the order given. A group of one is compared with mean 0 and deviation 1, as the
 * source does: its advantage is its score.
 */
export const outcomeAdvantages = (
  scores: ReadonlyArray<number>,
  groups: ReadonlyArray<string>,
  { byDeviation = true, epsilon = 1e-6 }: AdvantageOptions = {},
): ReadonlyArray<number> => {
  const members = new Map<string, ReadonlyArray<number>>()
  scores.forEach((score, i) => members.set(groups[i] ?? "", [...(members.get(groups[i] ?? "") ?? []), score]))
  const baselines = new Map([...members].map(([group, of]) => [group, baseline(of)]))
  return scores.map((score, i) => {
    const { mean, deviation } = baselines.get(groups[i] ?? "") ?? { mean: 0, deviation: 1 }
    return byDeviation ? (score - mean) / (deviation + epsilon) : score - mean
  })
}

/** One conversation as tokens. All rows of a batch have one length. */
export interface CreditedRow {
  readonly group: string
  /** For each token 1 where it is trained, else 0. */
  readonly mask: ReadonlyArray<number>
  /** Where turns start, ascending; a turn runs to the next start. Empty: one turn from the first token. */
  readonly turnStarts: ReadonlyArray<number>
  readonly rewards: ReadonlyArray<number>
}

export interface TurnAdvantageOptions extends AdvantageOptions {
  readonly credit?: CreditMethod
  readonly score?: ScoreMethod
  readonly gamma?: number
}

/**
 * For each token its turn's credit, scaled so that the mean over tokens with credit is the trajectory's advantage. 0 for
 * tokens outside the mask, without credit, before the first turn, or in turns without a reward; a row whose credits sum
 * to 0 is 0. The source's formula whatever the rewards: with credits below 0 a turn's advantage can have the other sign
 * and any size, so training goes by `creditShares`.
 */
export const turnAdvantages = (
  rows: ReadonlyArray<CreditedRow>,
  { credit = "Equalized", score = "Sum", gamma = 0.8, ...options }: TurnAdvantageOptions = {},
): ReadonlyArray<ReadonlyArray<number>> => {
  const advantages = outcomeAdvantages(
    rows.map(({ rewards }) => trajectoryScore(rewards, score, gamma)),
    rows.map(({ group }) => group),
    options,
  )
  return rows.map((row, i) => {
    const credits = tokenCredits(row, turnCredits(row.rewards, credit, gamma))
    const sum = credits.reduce((all, value) => all + value, 0)
    const credited = credits.filter((value) => value !== 0).length
    return credits.map((value) => (sum === 0 || value === 0 ? 0 : (value * advantages[i]! * credited) / sum))
  })
}

/**
 * What the tokens of each turn are given of a trajectory's advantage, as factors of it: their mean over the tokens of
 * turns with credit is 1, so that the factors change who is credited and not how much. `lengths` are trained tokens by
 * turn. All 0 where the credits sum to 0, as in `turnAdvantages`; where one of them is below 0 all turns count the same,
 * so that no factor is negative and none is above the tokens with credit by those of its turn.
 */
export const creditShares = (
  rewards: ReadonlyArray<number>,
  lengths: ReadonlyArray<number>,
  { credit = "Equalized", gamma = 0.8 }: Pick<TurnAdvantageOptions, "credit" | "gamma"> = {},
): ReadonlyArray<number> => {
  const told = turnCredits(rewards, credit, gamma)
  const credits = told.some((value) => value < 0) ? turnCredits(rewards, "Equalized") : told
  const sum = lengths.reduce((all, length, turn) => all + length * (credits[turn] ?? 0), 0)
  const credited = lengths.reduce((all, length, turn) => all + ((credits[turn] ?? 0) === 0 ? 0 : length), 0)
  return lengths.map((_, turn) => (sum === 0 ? 0 : ((credits[turn] ?? 0) * credited) / sum))
}

const tokenCredits = ({ mask, turnStarts }: CreditedRow, credits: ReadonlyArray<number>) => {
  const starts = turnStarts.length === 0 ? [0] : turnStarts
  return mask.map((trained, token) => {
    const turn = starts.findLastIndex((start) => start <= token)
    return trained === 0 ? 0 : (credits[turn] ?? 0)
  })
}

const baseline = (scores: ReadonlyArray<number>) => {
  if (scores.length === 1) return { mean: 0, deviation: 1 }
  // Equal scores have no spread; their sum would leave a rounding residue.
  if (scores.every((score) => score === scores[0])) return { mean: scores[0]!, deviation: 0 }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (scores.length - 1)) }
}
