/** Which checkpoints assistants are, and what is to be said of how they were trained. */
import { decimal, signed, whole } from "./numbers.ts"
import type { ReportData, TrainingRow } from "./ReportData.ts"
import type { ReportInputs } from "./ReportInputs.ts"
import { trainingSource } from "./rowSources.ts"
import type { Table } from "./Section.ts"

/** None for assistants of which only the last checkpoint was in question. */
export const trainingRows = ({ assistants }: ReportInputs): ReadonlyArray<TrainingRow> =>
  Object.entries(assistants).flatMap(([assistant, result]) => {
    if (result._tag !== "Assistant") return []
    const { selection, validations = [], notes = [] } = result
    if (selection === undefined && notes.length === 0) return []
    return [
      {
        assistant,
        rule: selection === undefined ? null : String(selection.rule),
        chosen: selection?.chosen ?? null,
        stoppedEarly: selection?.stoppedEarly ?? false,
        checkpoints: (selection?.checkpoints ?? []).map(({ after }) => {
          const behind = selection?.behind.find((one) => one.after === after)
          return {
            after,
            reward: validations.find((one) => one.after === after)?.reward ?? null,
            behind: behind?.mean ?? null,
            standardError: behind?.standardError ?? null,
          }
        }),
        notes,
      },
    ]
  })

/** The chosen, the last and all others that were kept, so that arms can be compared at equal iterations. */
export const checkpointTable = ({ trainings = [] }: ReportData): Table => ({
  kind: "table",
  caption: "Checkpoints, by reward on the validation part",
  columns: [
    { name: "assistant" },
    ...["after iterations", "reward", "behind the best", "standard error"].map((name) => ({ name, numeric: true })),
    { name: "" },
  ],
  sources: trainings.flatMap(({ assistant, checkpoints }) => checkpoints.map(() => trainingSource(assistant))),
  rows: trainings.flatMap(({ assistant, chosen, rule, checkpoints, stoppedEarly }) =>
    checkpoints.map(({ after, reward, behind, standardError }, at) => {
      const isLast = at === checkpoints.length - 1
      return [
        assistant,
        whole(after),
        decimal(reward),
        signed(behind),
        decimal(standardError),
        [
          ...(after === chosen ? [`chosen (${rule})`] : []),
          ...(isLast ? [stoppedEarly ? "last: patience ended" : "last"] : []),
        ].join(", "),
      ]
    }),
  ),
})

export const trainingNotes = ({ trainings = [] }: ReportData): ReadonlyArray<string> =>
  trainings.flatMap(({ assistant, notes }) => notes.map((note) => `${assistant}: ${note}`))
