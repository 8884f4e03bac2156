/** A small experiment on the trainer: a fine-tuned simulator, and an assistant sampled in tokens. */
import * as U from "understudy"

const model = U.Model.trainable("scripted-base", { revision: "1" })
const split = U.Split({ corpus: U.embeddedCorpus() })
const persona = U.Personas.plain
const recipe = { rank: 4, learningRate: 1e-3, batchSize: 4, maxTokens: 400, conversations: 8, heldOut: 3, saveEvery: 1 }

export default U.Experiment.make("trained", {
  grids: {
    main: U.Grid.make({
      axes: { seed: [1] },
      experiment: ({ seed }) =>
        U.Evaluate({
          split,
          assistant: U.InitialAssistant({ model }),
          simulator: U.FineTuned({ split, base: model, condition: "persona", personas: persona, recipe }),
          persona,
          reward: { _tag: "ChecklistReward", own: false, checks: [{ kind: "words", max: 6 }] },
          conversing: { turns: 2, maxTokens: 8 },
          prompts: 2,
          seed,
        }),
    }),
  },
})
