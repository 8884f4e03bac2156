/** A small experiment whose simulator and assistant are sampled in tokens, through the trainer. */
import * as U from "understudy"

const model = U.Model.trainable("scripted-base", { revision: "1" })
const split = U.Split({ corpus: U.embeddedCorpus() })

export default U.Experiment.make("trained", {
  grids: {
    main: U.Grid.make({
      axes: { seed: [1] },
      experiment: ({ seed }) =>
        U.Evaluate({
          split,
          assistant: U.InitialAssistant({ model }),
          simulator: U.RolePlay({ model }),
          persona: U.Personas.plain,
          reward: { _tag: "ChecklistReward", own: false, checks: [{ kind: "words", max: 6 }] },
          conversing: { turns: 2, maxTokens: 8 },
          prompts: 2,
          seed,
        }),
    }),
  },
})
