/**
 * Further looks at the matrix, where an experiment asks for them: one assistant against another on the same prompts,
 * reliability over repeated rollouts (pass^k; paper 3.6), and intervals that resample conversations beside those that
 * resample whole users.
 */
import { bootstrapMean, pairedDifference } from "../Bootstrap.ts"
import { passHatCurve } from "../statistics/passK.ts"
import type { ConversationInterval, PairedContrast, Reliability } from "./ReportData.ts"
import type { ReportCell, ReportInputs } from "./ReportInputs.ts"
import { estimate, isSameColumn, labels, observations } from "./scores.ts"
import type { ClusterOf } from "./scores.ts"

/** In every column that both assistants of a pair met; whole users are resampled, or prompts where no users are known. */
export const pairedContrasts = (
  { contrasts = [], matrix }: ReportInputs,
  clusterOf: ClusterOf,
): ReadonlyArray<PairedContrast> =>
  contrasts.flatMap(({ assistant, against }) =>
    matrix
      .filter((cell) => cell.assistant === assistant)
      .flatMap((cell) => {
        const other = matrix.find((one) => one.assistant === against && isSameColumn(one, cell))
        if (other === undefined) return []
        const rewards = (of: ReportCell) => observations(of, "reward", clusterOf)
        return [{ ...labels(cell), against, ...estimate(pairedDifference(rewards(cell), rewards(other))) }]
      }),
  )

/** Mean over prompts of the chance that all of k rollouts reach the reward; missing rollouts count neither way. */
export const reliability = ({ success, matrix }: ReportInputs): ReadonlyArray<Reliability> =>
  success === undefined
    ? []
    : matrix.map((cell) => {
        const curve = passHatCurve(
          cell.rollouts.map(({ prompt, verdict }) => ({
            task: prompt,
            passed: verdict === null ? null : verdict.reward >= success,
          })),
        )
        const prompts = Object.keys(curve.byTask).length
        return { ...labels(cell), success, prompts, passHat: curve.values, missing: curve.missingTrials }
      })

/** Of the mean reward, as if every conversation were by another user: narrower than it should be where users recur. */
export const byConversation = ({ matrix }: ReportInputs): ReadonlyArray<ConversationInterval> =>
  matrix.map((cell) => {
    const interval = bootstrapMean(cell.rollouts.flatMap(({ verdict }) => (verdict === null ? [] : [verdict.reward])))
    return { ...labels(cell), low: interval?.low ?? null, high: interval?.high ?? null, n: interval?.n ?? 0 }
  })
