/** What a replay came to, for people and for programs. */
import { whole } from "../../layers/evaluation/report/numbers.ts"
import type { ReplayedStep } from "../replayStudy.ts"
import { counted, oneLine, part } from "./text.ts"

export interface Replay {
  readonly experiment: string
  readonly home: string
  readonly steps: ReadonlyArray<ReplayedStep>
  readonly report: { readonly table: string; readonly files: ReadonlyArray<string> } | undefined
}

export const replayDocument = ({ experiment, home, steps, report }: Replay) => ({
  experiment,
  home,
  ...counts(steps),
  steps: steps.map(({ id, state, reason, differences }) => ({ id, state, reason, differences })),
  report: report?.files ?? null,
})

export const renderReplay = ({ experiment, home, steps, report }: Replay): string => {
  const { reproduced, differing, failed, notDone, asRecorded } = counts(steps)
  const others = [
    ...(differing > 0 ? [`${whole(differing)} differ`] : []),
    ...(failed > 0 ? [`${whole(failed)} could not be replayed`] : []),
    ...(asRecorded > 0
      ? [`${whole(asRecorded)} taken as recorded, since the embedded model is not installed (npm run setup)`]
      : []),
    ...(notDone > 0 ? [`${whole(notDone)} were not done`] : []),
  ]
  return [
    ...(report === undefined ? [] : [report.table, ...report.files, ""]),
    [`${experiment}: ${counted(reproduced, "step")} reproduced from the journal of ${home}`, ...others].join(", "),
    ...steps.filter(({ state }) => state === "differs" || state === "failed").flatMap(stepLines),
  ].join("\n")
}

const counts = (steps: ReadonlyArray<ReplayedStep>) => {
  const of = (state: ReplayedStep["state"]) => steps.filter((step) => step.state === state).length
  return {
    reproduced: of("reproduced"),
    differing: of("differs"),
    failed: of("failed"),
    notDone: of("not-done"),
    asRecorded: of("as-recorded"),
  }
}

const stepLines = ({ id, state, reason, differences }: ReplayedStep): ReadonlyArray<string> =>
  part(
    `${id}: ${state}`,
    ...(reason === null ? [] : [`  ${oneLine(reason)}`]),
    ...differences
      .slice(0, mostShown)
      .map(({ path, before, after }) => `  ${path}: ${valueOf(before)} then, ${valueOf(after)} now`),
    ...(differences.length > mostShown ? [`  and ${whole(differences.length - mostShown)} more (see --json)`] : []),
  )

const mostShown = 8

const valueOf = (value: unknown) => (value === undefined ? "nothing" : oneLine(JSON.stringify(value)).slice(0, 80))
