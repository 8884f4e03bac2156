/** The answer in words and numbers: what each trained assistant gained; where nothing was trained, how assistants do; and tasks. */
import { columnName, findings } from "../findings.ts"
import { caveatOf } from "../limits.ts"
import { decimal, interval, signed, signedInterval } from "../numbers.ts"
import type { ReportData } from "../ReportData.ts"
import { section, text } from "../sectionParts.ts"
import type { Block } from "../Section.ts"

export const answerSection = (data: ReportData) => {
  const trained = data.assistants.some(({ kind }) => kind === "trained")
  return section("answer", trained ? "What came of training" : "How the assistants do", [
    ...(data.question === undefined ? [] : [text(data.question)]),
    ...(trained ? gained(data) : scored(data)),
    ...onTasks(data),
    { kind: "text", text: caveatOf(data), caveat: true },
  ])
}

/** What assistants satisfy of tasks' checklists, and the pairs of which one is clearly ahead. */
const onTasks = ({ wildbench }: ReportData): ReadonlyArray<Block> => {
  if (wildbench === undefined) return []
  const { assistants, pairs } = wildbench
  const satisfied = assistants.map(
    ({ assistant, mean, standardError, judged }) =>
      `${assistant} satisfies ${decimal(mean)} of the checklists of ${judged} tasks (standard error ${decimal(standardError)}).`,
  )
  const ahead = pairs.flatMap(({ first, second, difference }) => {
    if (difference?.low == null || difference.high === null || difference.low * difference.high <= 0) return []
    const side = difference.mean > 0 ? "ahead of" : "behind"
    return [
      `On the same tasks ${first} is ${side} ${second}: ${signed(difference.mean)} ${signedInterval(difference)}.`,
    ]
  })
  const items = [...satisfied, ...ahead]
  return items.length === 0 ? [] : [{ kind: "list", items }]
}

const gained = (data: ReportData): ReadonlyArray<Block> => {
  const found = findings(data)
  if (found.length > 0) return [{ kind: "findings", findings: found }]
  return [text("No trained assistant was compared with the model it was trained from.")]
}

/** Of assistants that are only evaluated: the column in which each does best, and the one in which it does worst. */
const scored = ({ assistants, matrix, wildbench }: ReportData): ReadonlyArray<Block> => {
  const items = assistants.flatMap(({ label }) => {
    const rows = matrix
      .filter(({ assistant, metric, mean }) => assistant === label && metric === "reward" && mean !== null)
      .sort((a, b) => (a.mean ?? 0) - (b.mean ?? 0))
    const [worst, best] = [rows[0], rows.at(-1)]
    if (worst === undefined || best === undefined) return []
    const told = (row: typeof worst) => `${decimal(row.mean)} ${interval(row)} with ${columnName(row)}`
    return [`${label}: mean reward ${worst === best ? told(best) : `from ${told(worst)} to ${told(best)}`}.`]
  })
  if (items.length > 0) return [{ kind: "list", items }]
  return wildbench === undefined ? [text("No assistant was evaluated.")] : []
}
