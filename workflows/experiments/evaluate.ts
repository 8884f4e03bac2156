/**
 * Evaluates assistants that are there, training nothing: each talks to every simulator on held-out prompts, answers tasks
 * with checklists, and simulators are set beside the real users.
 *
 *     npx understudy plan workflows/experiments/evaluate.ts --config workflows/experiments/evaluate.config.ts
 *     npx understudy run workflows/experiments/evaluate.ts --preset embedded
 *
 * Copy this file to make it yours: an assistant, a simulator or a judge more is one entry, and what is done stays done.
 */
import * as U from "understudy"
import { simulators } from "./simulators.ts"

type Evaluating = Omit<Parameters<typeof U.Evaluate>[0], "split" | "assistant" | "simulator">
type Comparing = Parameters<typeof U.Fidelity>[0]
type Tasks = Parameters<typeof U.wildBenchCells>[0]

export interface Options<RS, RP, RA, RT> {
  readonly split: U.Step.Step<U.Results.SplitResult, RP>
  /** Endpoints (`InitialAssistant`), or the very steps that trained them in another experiment: those are not run again. */
  readonly assistants: Readonly<Record<string, U.Step.Step<U.Results.PolicyResult, RA>>>
  readonly simulators: Readonly<Record<string, U.Step.Step<U.Results.SimulatorResult, RS>>>
  /** Simulators that no assistant was trained with. */
  readonly heldOut?: ReadonlyArray<string>
  /** The matrix: its reward, prompts and rollouts of each. */
  readonly evaluating: Evaluating
  readonly wildbench: Pick<Tasks, "judges" | "answering" | "judging"> & {
    readonly tasks: U.Step.Step<U.WildBench.WildBenchTasksResult, RT>
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
  const { split, assistants, heldOut = [], evaluating, fidelity } = options
  const columns = Object.entries(options.simulators).map(([simulator, step]) => ({
    simulator,
    heldOut: heldOut.includes(simulator),
    step,
  }))
  const matrix = U.crossMatrix({ split, assistants, columns, settings: evaluating })
  const wildbench = U.wildBenchCells({ ...options.wildbench, assistants })
  const compared = fidelity === undefined ? [] : likeness({ ...options, fidelity })
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
      U.Report({ title: name, split, simulators: options.simulators, assistants, matrix, wildbench }),
      ...(compared.length === 0 ? [] : [U.SimulatorReport({ title: `${name}, simulators`, split, cells: compared })]),
    ],
  })
}

/** Each simulator beside the real users of the prompts that it is given. */
const likeness = <RS, RP, RA, RT>({
  split,
  assistants,
  simulators,
  evaluating: { conversing, prompts },
  fidelity: { assistant: label, replayed, probed, reviewed, ...counts },
}: Options<RS, RP, RA, RT> & Required<Pick<Options<RS, RP, RA, RT>, "fidelity">>) =>
  Object.entries(assistants)
    .filter(([name]) => name === label)
    .flatMap(([, assistant]) =>
      Object.entries(simulators).map(([name, simulator]) => {
        const simulation = U.Simulate({ split, assistant, simulator, conversing, prompts })
        const fidelity = U.Fidelity({ split, simulator, simulation, conversing, ...counts })
        const cell = {
          label: name,
          simulator,
          simulation,
          fidelity,
          replay: U.Replay({ split, simulator, conversing, conversations: replayed }),
        }
        const probes = { split, simulator, conversing, conversations: probed }
        if (reviewed === undefined) return { ...cell, adherence: U.Adherence(probes) }
        const { judge } = reviewed
        return {
          ...cell,
          adherence: U.Adherence({ ...probes, judge }),
          review: U.SimulatorReview({ split, simulation, ...reviewed }),
        }
      }),
    )

const split = U.Intents({
  split: U.Split({ corpus: U.wildchat(), preset: "lab" }),
  model: U.Model.openai("Qwen/Qwen3-32B"),
  recipe: U.labIntents,
  parts: ["test"],
})

const served = (name: string) => U.InitialAssistant({ model: U.Model.openai(name) })

/** The paper's initial assistant and those that were trained from it, as your own server names their checkpoints. */
export const assistants = {
  initial: served("Qwen/Qwen2.5-3B-Instruct"),
  "by-RPUser1": served("assistants/RPUser1"),
  "by-RPUser2": served("assistants/RPUser2"),
  "by-RPUser3": served("assistants/RPUser3"),
  "by-SFTUser": served("assistants/SFTUser"),
  // one more assistant here
}

/** None of their families graded a training of the paper. */
const judges = [
  { model: U.Model.openai("gpt-5-mini-2025-08-07"), heldOut: true },
  { model: U.Model.openai("gemini-2.5-flash"), heldOut: true },
  { model: U.Model.openai("claude-haiku-4-5-20251001"), heldOut: true },
] as const

export default study("evaluate", {
  split,
  assistants,
  simulators,
  heldOut: ["SFTUser-WC-4.8M"],
  evaluating: {
    reward: U.Reward.rubric([
      U.Model.openai("mistralai/Mistral-Small-3.1-24B-Instruct-2503"),
      U.Model.openai("Qwen/Qwen3-32B"),
    ]),
    conversing: U.paperConversing,
    prompts: 500,
  },
  wildbench: { tasks: U.wildBenchTasks(), judges },
  fidelity: {
    assistant: "initial",
    conversations: 1000,
    openings: 2000,
    replayed: 500,
    probed: 200,
    reviewed: { judge: judges[0].model, conversations: 200 },
  },
})

const base = U.Model.embedded

/** On the small model that comes with the trainer, which is no capable judge: its verdicts show that the path works. */
const embedded = study("evaluate-embedded", {
  split: U.Split({
    corpus: U.embeddedCorpus(),
    shares: { simulator: 0.45, assistant: 0.1, validation: 0.05, test: 0.4 },
    most: { test: 40 },
  }),
  assistants: { initial: U.InitialAssistant({ model: base }) },
  simulators: {
    RPUser2: U.RolePlay({ model: base }),
    RPUser3: U.RolePlay({ model: base, personas: U.Personas.paper }),
  },
  evaluating: {
    reward: U.Reward.checklist([{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }], { own: false }),
    conversing: { ...U.embeddedConversing, maxOpening: 300 },
    prompts: 8,
  },
  wildbench: {
    tasks: U.ownWildBenchTasks({ most: 12 }),
    judges: [{ model: base }],
    answering: { maxTokens: 64 },
  },
  fidelity: { assistant: "initial", conversations: 8, openings: 8, maxTokens: 384, replayed: 14, probed: 6 },
})

export const presets = { embedded }
