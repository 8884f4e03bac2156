/** Five assistants with two simulators in two personas, for the benchmark of `report`. */
import * as U from "understudy"

const split = U.Split({ corpus: U.embeddedCorpus() })
const base = U.Model.embedded
const { plain, hurried } = U.Personas
const conversing = U.embeddedConversing
const reward = { _tag: "ChecklistReward" as const, checks: [{ kind: "words" as const, max: 24 }] }
const simulator = {
  "role-play": U.RolePlay({ model: base }),
  "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: U.Sft.embedded }),
}

export default U.Experiment.make("report-bench", {
  grids: {
    main: U.Grid.make({
      axes: { simulator, seed: [1, 2] },
      experiment: (cell) => U.TrainAssistant({ split, base, reward, conversing, recipe: U.embeddedGrpo, ...cell }),
    }),
  },
  collect: ({ main }) => {
    const assistants = { initial: U.InitialAssistant({ model: base }), ...U.Grid.steps(main) }
    const columns = [plain, hurried].flatMap((persona, held) =>
      (["role-play", "fine-tuned"] as const).map((name) => ({
        simulator: name,
        persona,
        heldOut: held === 1,
        step: simulator[name],
      })),
    )
    const matrix = U.crossMatrix({ split, assistants, columns, settings: { reward, conversing, prompts: 24 } })
    return [U.Report({ title: "A large study", split, simulators: simulator, assistants, matrix })]
  },
})
