/**
 * The transcripts under a report's numbers: one group for each artifact, with the cell that it belongs to, and one for
 * each assistant's answers to tasks.
 */
import { isOfSimulators } from "../pageOf.ts"
import type { AnyReportData } from "../pageOf.ts"
import type { ReportData } from "../ReportData.ts"
import type { TalkFilter } from "../Section.ts"
import { stepLabels } from "../stepLabels.ts"
import type { AnsweredBy } from "../wildbench/WildBenchReport.ts"
import type { SimulatorReportData } from "../simulators/SimulatorReportData.ts"

export interface TalkGroup {
  readonly kind: TalkKind
  readonly assistant: string | null
  readonly simulator: string | null
  readonly persona: string | null
  /** Of training, from 1. */
  readonly iteration: number | null
  /** The step that made them, as `stepLabels` names it. */
  readonly label: string
  /**
   * Of the artifact: JSONL of `WildBenchAnswer` where there is a `task`, `ReplayRow` for replays, `ProbedTurn` for
   * probes, `Rollout` for all others.
   */
  readonly sha256: string
  /** What the answers are joined with. */
  readonly task?: AnsweredBy
  /** Of the artifact with what a judge says of them, JSONL of `ReviewedConversation`; only those that it names count. */
  readonly reviews?: string
}

export type TalkKind = NonNullable<TalkFilter["kind"]>

/** What the tables of rollouts have: conversations between an assistant and a user, and answers to tasks. */
export const isOfRollouts = ({ kind }: TalkGroup) => ["evaluation", "training", "simulation", "task"].includes(kind)

/** Evaluations in the order of the matrix, then training iteration by iteration, then answers to tasks. */
export const talkGroups = (data: AnyReportData): ReadonlyArray<TalkGroup> =>
  isOfSimulators(data) ? simulations(data) : [...evaluations(data), ...trainings(data), ...tasks(data)]

const nowhere = { assistant: null, simulator: null, persona: null, iteration: null }

const evaluations = (data: ReportData): ReadonlyArray<TalkGroup> =>
  data.matrix
    .filter(({ metric }) => metric === "reward")
    .flatMap(({ assistant, simulator, persona }) => {
      const label = stepLabels.evaluation({ assistant, simulator, persona })
      return transcriptsOf(data, label).map((sha256) => ({
        ...nowhere,
        kind: "evaluation" as const,
        assistant,
        simulator,
        persona,
        label,
        sha256,
      }))
    })

const trainings = (data: ReportData): ReadonlyArray<TalkGroup> =>
  data.assistants.flatMap(({ label: assistant, trainedWith }) => {
    const label = stepLabels.assistant(assistant)
    return transcriptsOf(data, label).map((sha256, index) => ({
      ...nowhere,
      kind: "training" as const,
      assistant,
      simulator: trainedWith,
      iteration: index + 1,
      label,
      sha256,
    }))
  })

const tasks = ({ wildbench }: ReportData): ReadonlyArray<TalkGroup> =>
  (wildbench?.answered ?? []).map((task) => ({
    ...nowhere,
    kind: "task" as const,
    assistant: task.assistant,
    label: task.label,
    sha256: task.answers,
    task,
  }))

/** One simulator after the other; what was asked of none is left out. */
const simulations = (data: SimulatorReportData): ReadonlyArray<TalkGroup> =>
  data.simulators.flatMap(({ label: simulator }) => {
    const group = (kind: TalkKind, label: string, sha256: string | undefined, reviews?: string) =>
      sha256 === undefined
        ? []
        : [{ ...nowhere, kind, simulator, label, sha256, ...(reviews === undefined ? {} : { reviews }) }]
    const { simulation, fidelity, replay, adherence, review } = stepLabels
    const [held] = transcriptsOf(data, simulation(simulator))
    const [probes] = transcriptsOf(data, adherence(simulator))
    const [reviews] = transcriptsOf(data, review(simulator))
    return [
      ...group("simulation", simulation(simulator), held),
      ...group("opening", fidelity(simulator), transcriptsOf(data, fidelity(simulator))[0]),
      ...group("replay", replay(simulator), transcriptsOf(data, replay(simulator))[0]),
      ...group("role probe", adherence(simulator), probes),
      ...group("intent probe", adherence(simulator), probes),
      ...(reviews === undefined ? [] : group("review", review(simulator), held, reviews)),
    ]
  })

const transcriptsOf = ({ provenance }: Pick<ReportData, "provenance">, label: string) =>
  provenance.find((row) => row.label === label)?.transcripts ?? []
