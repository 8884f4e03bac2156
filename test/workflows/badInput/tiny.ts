/** A small experiment on models behind an endpoint: two cells and a report. Tests give it a corpus of their own. */
import * as U from "understudy"

const model = U.Model.openai("tiny-2026-01-01")
const split = U.Split({ corpus: U.embeddedCorpus() })
const simulators = { "role-play": U.RolePlay({ model }) }
const assistants = { initial: U.InitialAssistant({ model }) }
const settings = {
  reward: { _tag: "ChecklistReward", own: false, checks: [{ kind: "words", max: 6 }] },
  conversing: { turns: 2, maxTokens: 8 },
  prompts: 3,
} as const

const persona = { plain: U.Personas.plain, impatient: U.Personas.impatient }

export default U.Experiment.make("tiny", {
  grids: {
    main: U.Grid.make({
      axes: { persona },
      experiment: (cell) =>
        U.Evaluate({
          split,
          assistant: assistants.initial,
          simulator: simulators["role-play"],
          ...cell,
          ...settings,
        }),
    }),
  },
  collect: () => {
    const columns = [{ simulator: "role-play", persona: persona.plain, heldOut: false, step: simulators["role-play"] }]
    return [
      U.Report({ split, simulators, assistants, matrix: U.crossMatrix({ split, assistants, columns, settings }) }),
    ]
  },
})
