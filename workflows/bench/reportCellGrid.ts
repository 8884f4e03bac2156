/** One assistant with one simulator, not trained, for the benchmark of a report's largest cell. */
import * as U from "understudy"

const split = U.Split({ corpus: U.embeddedCorpus() })
const model = U.Model.embedded
const reward = { _tag: "ChecklistReward" as const, checks: [{ kind: "words" as const, max: 24 }] }

export default U.Experiment.make("report-cell-bench", {
  grids: {
    main: U.Grid.make({ axes: { seed: [1] }, experiment: () => U.InitialAssistant({ model }) }),
  },
  collect: ({ main }) => {
    const simulators = { "role-play": U.RolePlay({ model }) }
    const assistants = U.Grid.steps(main)
    const columns = [
      { simulator: "role-play", persona: U.Personas.plain, heldOut: false, step: simulators["role-play"] },
    ]
    const settings = { reward, conversing: U.embeddedConversing, prompts: 24 }
    const matrix = U.crossMatrix({ split, assistants, columns, settings })
    return [U.Report({ title: "A large cell", split, simulators, assistants, matrix })]
  },
})
