/**
 * Further looks at the matrix, where an experiment asks for them: one assistant against another on the same prompts,
 * reliability over repeated rollouts (pass^k; paper 3.6), and intervals that resample conversations beside those that
 * resample whole users.
 */
import { differences } from "../Bootstrap.ts"
import { passHatCurve } from "../statistics/passK.ts"
import type { ConversationInterval, PairedContrast, Reliability } from "./ReportData.ts"
import type { ReportCell, ReportInputs } from "./ReportInputs.ts"
import { estimated, isSameColumn, labels, observations } from "./scores.ts"
import type { ClusterOf } from "./scores.ts"

/** In every column that both assistants of a pair met; whole users are resampled, or prompts where no users are known. */
export const pairedContrasts = (
  { contrasts = [], matrix }: ReportInputs,
  clusterOf: ClusterOf,
): ReadonlyArray<PairedContrast> => {
  const pairs = contrasts.flatMap(({ assistant, against }) =>
    matrix
      .filter((cell) => cell.assistant === assistant)
      .flatMap((cell) => {
        const other = matrix.find((one) => one.assistant === against && isSameColumn(one, cell))
        return other === undefined ? [] : [{ cell, other }]
      }),
  )
  const rewards = (cell: ReportCell) => observations(cell, "reward", clusterOf)
  return estimated(pairs, ({ cell, other }) => differences(rewards(cell), rewards(other))).map(
    ([{ cell, other }, mean]) => ({ ...labels(cell), against: other.assistant, ...mean }),
  )
}

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
  estimated(matrix, ({ rollouts }) =>
    rollouts.flatMap(({ verdict }, i) => (verdict === null ? [] : [{ cluster: String(i), value: verdict.reward }])),
  ).map(([cell, { low, high, n }]) => ({ ...labels(cell), low, high, n }))
