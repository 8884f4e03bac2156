/** One simulator with every measure of it, beside a utility: each number of its report has another source. */
import * as U from "../../../workflows/index.ts"

export const judgedStudy = (corpus: string) => {
  const chat = U.Model.openai("chat-2026-01-01")
  const judge = U.Model.openai("judge-2026-01-01")
  const split = U.Split({
    corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }),
    shares: { simulator: 0.3, assistant: 0.1, validation: 0.1, test: 0.5 },
  })
  const simulator = U.RolePlay({ model: chat })
  const assistant = U.InitialAssistant({ model: chat })
  const conversing = { turns: 3, maxTokens: 12 }
  const simulation = U.Simulate({ split, assistant, simulator, conversing, prompts: 8 })
  const reward = { _tag: "ChecklistReward" as const, checks: [{ kind: "words" as const, min: 1, max: 90 }] }
  const evaluated = (prompts: number) => U.Evaluate({ split, assistant, simulator, conversing, reward, prompts })
  const cell = {
    label: "RPUser",
    simulator,
    simulation,
    fidelity: U.Fidelity({ split, simulator, simulation, conversing, conversations: 6, openings: 7 }),
    replay: U.Replay({ split, simulator, conversing, conversations: 9 }),
    adherence: U.Adherence({ split, simulator, conversing, conversations: 5, judge }),
    review: U.SimulatorReview({ split, simulation, judge, conversations: 4 }),
    utility: { trained: evaluated(3), initial: evaluated(2) },
  }
  return U.Experiment.make("judged", {
    grids: { main: U.Grid.make({ axes: { review: { RPUser: cell.review } }, experiment: (one) => one.review }) },
    collect: () => [U.SimulatorReport({ split, cells: [cell], utilityName: "gain" })],
  })
}
