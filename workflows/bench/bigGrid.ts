/** An experiment of a thousand cells, for the benchmark of `plan`. */
import * as U from "understudy"

const split = U.Split({ corpus: U.embeddedCorpus() })
const base = U.Model.embedded
const { plain, hurried } = U.Personas

export default U.Experiment.make("big-grid", {
  grids: {
    main: U.Grid.make({
      axes: {
        simulator: {
          "role-play": U.RolePlay({ model: base }),
          "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: U.Sft.embedded }),
        },
        persona: { plain, hurried },
        seed: Array.from({ length: 250 }, (_, seed) => seed + 1),
      },
      experiment: (cell) =>
        U.TrainAssistant({
          split,
          base,
          reward: { _tag: "ChecklistReward", checks: [{ kind: "words", max: 24 }] },
          conversing: U.embeddedConversing,
          recipe: U.embeddedGrpo,
          ...cell,
        }),
    }),
  },
})
