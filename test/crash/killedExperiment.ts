/** One assistant trained on the embedded model and evaluated before and after, for runs that are killed many times. */
import * as U from "understudy"

const base = U.Model.embedded
const shares = { simulator: 0.1, assistant: 0.4, validation: 0.1, test: 0.4 }
const split = U.Split({ corpus: U.embeddedCorpus(), shares })
const simulator = U.RolePlay({ model: base })
const reward = U.Reward.checklist([{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }], {
  own: false,
})
const conversing = U.embeddedConversing
const recipe = { ...U.embeddedGrpo, iterations: 6, rollouts: 4, miniBatch: 1, saveEvery: 2 } as const
const main = U.Grid.make({
  axes: { seed: [1] },
  experiment: ({ seed }) => U.TrainAssistant({ split, base, simulator, reward, conversing, recipe, seed }),
})

export default U.Experiment.make("killed", {
  grids: { main },
  collect: ({ main }) => {
    const assistants = { initial: U.InitialAssistant({ model: base }), ...U.Grid.steps(main) }
    const columns = [{ simulator: "role-play", heldOut: false, step: simulator }]
    const matrix = U.crossMatrix({ split, assistants, columns, settings: { reward, conversing, prompts: 16 } })
    return [U.Report({ split, simulators: { "role-play": simulator }, assistants, matrix })]
  },
})
