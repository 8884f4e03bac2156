/**
 * How like real users are simulated ones? Every simulator of the paper's table (arXiv 2605.09808, sections 3 and 4.3)
 * and the one that it holds out, each talking to the same assistant on the same held-out prompts of WildChat.
 *
 *     npx understudy plan workflows/experiments/simulators.ts --config workflows/experiments/simulators.config.ts
 *
 * Copy this file to make it yours: a simulator more is one entry, and what is already done stays done.
 */
import * as U from "understudy"

type Settings = Parameters<typeof U.Fidelity>[0]

export interface Options<RS, RP, RA> {
  readonly split: U.Step.Step<U.Results.SplitResult, RP>
  readonly simulators: Readonly<Record<string, U.Step.Step<U.Results.SimulatorResult, RS>>>
  /** Whom they all talk to. */
  readonly assistant: U.Step.Step<U.Results.PolicyResult, RA>
  readonly conversing: Settings["conversing"]
  /** Conversations that are held, whose words are scored, and first turns that are written, of each simulator. */
  readonly size: Pick<Settings, "conversations" | "openings" | "maxTokens"> & {
    readonly prompts: number
    /** Real conversations in which it takes the user's place; none where it is left out. */
    readonly replayed?: number
  }
}

/** A cell for each simulator. */
export const study = <RS, RP, RA>(name: string, options: Options<RS, RP, RA>) => {
  const { split, simulators, assistant, conversing, size } = options
  const { prompts, replayed, ...counts } = size
  const cells = Object.entries(simulators).map(([label, simulator]) => {
    const simulation = U.Simulate({ split, assistant, simulator, conversing, prompts })
    const fidelity = U.Fidelity({ split, simulator, simulation, conversing, ...counts })
    const replay =
      replayed === undefined ? {} : { replay: U.Replay({ split, simulator, conversing, conversations: replayed }) }
    return { label, simulator, simulation, fidelity, ...replay }
  })
  const simulator = Object.fromEntries(cells.map(({ label, fidelity }) => [label, fidelity]))
  return U.Experiment.make(name, {
    grids: { main: U.Grid.make({ axes: { simulator }, experiment: (cell) => cell.simulator }) },
    collect: () => [U.SimulatorReport({ title: name, split, cells })],
  })
}

// Intents are written for the test part alone: nothing is trained here. See `trained` for what trains.
const corpus = U.wildchat()
const split = U.Intents({
  split: U.Split({ corpus, preset: "lab" }),
  model: U.Model.openai("Qwen/Qwen3-32B"),
  recipe: U.labIntents,
  parts: ["test"],
})

const qwen25 = U.Model.openai("Qwen/Qwen2.5-14B-Instruct")
const personas = U.Personas.paper
const released = (name: string) => U.ServedSimulator({ model: U.Model.openai(`jjssuh/${name}`) })

export const simulators = {
  RPUser1: U.RolePlay({ model: qwen25, opening: "generated" }),
  RPUser2: U.RolePlay({ model: qwen25 }),
  RPUser3: U.RolePlay({ model: qwen25, personas }),
  "RPUser3-Qwen3-14B": U.RolePlay({ model: U.Model.openai("Qwen/Qwen3-14B"), personas }),
  "RPUser3-Qwen3-32B": U.RolePlay({ model: U.Model.openai("Qwen/Qwen3-32B"), personas }),
  "SFTUser-7B": released("sftuser-base-Qwen2.5-7B-Instruct"),
  "SFTUser-14B": released("sftuser-base-Qwen2.5-14B-Instruct"),
  "SFTUser-32B": released("sftuser-base-Qwen2.5-32B-Instruct"),
  "SFTUser-WC-4.8M": released("sftuser2-base-Qwen2.5-14B-Instruct"),
  // one more simulator here
}

/**
 * In place of a released checkpoint: one trained on your own trainer by the paper's recipe. It takes intents of all
 * parts (leave `parts` out above), and its words can be scored.
 */
export const trained = (size: "7B" | "14B" | "32B") =>
  U.FineTuned({ split, base: U.Model.trainable(`Qwen/Qwen2.5-${size}-Instruct`), recipe: U.Sft.paper })

export default study("simulators", {
  split,
  simulators,
  assistant: U.InitialAssistant({ model: U.Model.openai("Qwen/Qwen2.5-3B-Instruct") }),
  conversing: U.paperConversing,
  size: { prompts: 500, conversations: 1000, openings: 2000, replayed: 500 },
})
