/** What `evaluate.ts` does with its assistants, simulators, tasks and judges. */
import * as U from "understudy"

type Evaluating = Omit<Parameters<typeof U.Evaluate>[0], "split" | "assistant" | "simulator">
type Comparing = Parameters<typeof U.Fidelity>[0]
type Tasks = Parameters<typeof U.wildBenchCells>[0]

export interface Options<RS, RP, RA, RT> {
  readonly question?: string
  readonly split: U.Step.Step<U.Results.SplitResult, RP>
  /** Endpoints (`InitialAssistant`), or the very steps that trained them in another experiment: those are not run again. */
  readonly assistants: Readonly<Record<string, U.Step.Step<U.Results.PolicyResult, RA>>>
  /** The assistant from which the others were trained, and the simulator that each was trained with, by label. */
  readonly training?: { readonly from: string; readonly with: Readonly<Record<string, string>> }
  readonly simulators: Readonly<Record<string, U.Step.Step<U.Results.SimulatorResult, RS>>>
  /** Simulators that no assistant was trained with. */
  readonly heldOut?: ReadonlyArray<string>
  /** The matrix: its reward, prompts and rollouts of each. */
  readonly evaluating: Evaluating
  /** The reward from which a conversation is a success, for pass^k over the rollouts of a prompt. */
  readonly success?: number
  readonly wildbench: Pick<Tasks, "judges" | "answering" | "judging"> & {
    readonly tasks: U.Step.Step<U.WildBench.WildBenchTasksResult, RT>
    /** Scores answers from 1 to 10, and compares those of trained assistants with those of the one they came from. */
    readonly scorer?: Parameters<typeof U.WildBenchScores>[0]["judge"]
  }
  /** Simulators beside real users, each talking to `assistant`. Left out: not asked. */
  readonly fidelity?: Pick<Comparing, "conversations" | "openings" | "maxTokens"> & {
    readonly assistant: string
    /** Real conversations in which it takes the user's place, and those in which it is led astray after the opening. */
    readonly replayed: number
    readonly probed: number
    /** Reads so many of its conversations for errors of the user, and judges what it does when led astray. */
    readonly reviewed?: { readonly judge: U.ModelSpec; readonly conversations: number }
  }
}

export const study = <RS, RP, RA, RT>(name: string, options: Options<RS, RP, RA, RT>) => {
  const { question, split, assistants, training, heldOut = [], evaluating, success, fidelity } = options
  const columns = Object.entries(options.simulators).map(([simulator, step]) => ({
    simulator,
    heldOut: heldOut.includes(simulator),
    step,
  }))
  const matrix = U.crossMatrix({ split, assistants, columns, settings: evaluating })
  const { wildbench, wildbenchPairs } = tasks(options)
  const compared = fidelity === undefined ? [] : likeness({ ...options, fidelity }, matrix)
  const trained = Object.keys(training?.with ?? {})
  const byName = <A>(cells: ReadonlyArray<A>, nameOf: (cell: A) => string) =>
    Object.fromEntries(cells.map((cell) => [nameOf(cell), cell]))

  return U.Experiment.make(name, {
    grids: {
      matrix: U.Grid.make({
        axes: { cell: byName(matrix, ({ assistant, simulator }) => `${assistant}:${simulator}`) },
        experiment: ({ cell }) => cell.evaluation,
      }),
      tasks: U.Grid.make({
        axes: { assistant: byName(wildbench, ({ assistant }) => assistant) },
        experiment: ({ assistant }) => assistant.verdicts,
      }),
    },
    collect: () => [
      U.Report({
        title: name,
        split,
        simulators: options.simulators,
        assistants,
        ...(question === undefined ? {} : { question }),
        ...(training === undefined
          ? {}
          : {
              trainedWith: training.with,
              trainedFrom: Object.fromEntries(trained.map((label) => [label, training.from])),
              contrasts: trained.flatMap((assistant, i) =>
                trained.slice(i + 1).map((against) => ({ assistant, against })),
              ),
            }),
        ...(success === undefined ? {} : { success }),
        byConversation: true,
        matrix,
        wildbench,
        ...(wildbenchPairs.length === 0 ? {} : { wildbenchPairs }),
      }),
      ...(compared.length === 0
        ? []
        : [
            U.SimulatorReport({
              title: `${name}, simulators`,
              split,
              cells: compared,
              utilityName: "gain of the assistant trained with it, held-out simulator",
            }),
          ]),
    ],
  })
}

const tasks = <RS, RP, RA, RT>({ wildbench: given, assistants, training }: Options<RS, RP, RA, RT>) => {
  const cells = U.wildBenchCells({ ...given, assistants })
  const { scorer, answering, judging } = given
  if (scorer === undefined) return { wildbench: cells, wildbenchPairs: [] }
  const answered = Object.entries(assistants).map(([assistant, policy]) => ({
    assistant,
    answers: U.WildBenchAnswers({ ...answering, tasks: given.tasks, assistant: policy }),
  }))
  const reference = answered.find(({ assistant }) => assistant === training?.from)
  return {
    wildbench: cells.map((cell, i) => ({
      ...cell,
      scores: U.WildBenchScores({ ...judging, answers: answered[i]!.answers, judge: scorer }),
    })),
    wildbenchPairs: answered.flatMap(({ assistant, answers: test }) =>
      reference === undefined || !Object.hasOwn(training?.with ?? {}, assistant)
        ? []
        : [
            {
              test: assistant,
              reference: reference.assistant,
              pairs: U.WildBenchPairs({ ...judging, test, reference: reference.answers, judge: scorer }),
            },
          ],
    ),
  }
}

/** Each simulator beside the real users of the prompts that it is given. */
const likeness = <RS, RP, RA, RT>(
  options: Options<RS, RP, RA, RT> & Required<Pick<Options<RS, RP, RA, RT>, "fidelity">>,
  matrix: ReturnType<typeof U.crossMatrix<RA, RS, RP>>,
) => {
  const { split, simulators, evaluating, training, heldOut: [heldOut] = [] } = options
  const { conversing, prompts } = evaluating
  const { assistant: label, replayed, probed, reviewed, ...counts } = options.fidelity
  const assistant = options.assistants[label]
  if (assistant === undefined) return []
  const evaluationOf = (one: string | undefined) =>
    matrix.find((cell) => cell.assistant === one && cell.simulator === heldOut)?.evaluation
  const utilityOf = (simulator: string) => {
    const by = Object.entries(training?.with ?? {}).find(([, own]) => own === simulator)?.[0]
    const [trained, initial] = [evaluationOf(by), evaluationOf(training?.from)]
    return trained === undefined || initial === undefined ? {} : { utility: { trained, initial } }
  }
  return Object.entries(simulators).map(([name, simulator]) => {
    const simulation = U.Simulate({ split, assistant, simulator, conversing, prompts })
    const fidelity = U.Fidelity({ split, simulator, simulation, conversing, ...counts })
    const replay = U.Replay({ split, simulator, conversing, conversations: replayed })
    const cell = { label: name, simulator, simulation, fidelity, replay, ...utilityOf(name) }
    const probes = { split, simulator, conversing, conversations: probed }
    if (reviewed === undefined) return { ...cell, adherence: U.Adherence(probes) }
    return {
      ...cell,
      adherence: U.Adherence({ ...probes, judge: reviewed.judge }),
      review: U.SimulatorReview({ split, simulation, ...reviewed }),
    }
  })
}
