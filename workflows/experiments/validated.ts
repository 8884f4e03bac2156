/**
 * An assistant whose checkpoint is chosen on validation, with two ways to hold it near the model that it started from.
 * Both arms are also taken after six iterations, so that they can be compared at equal ones.
 */
import * as U from "understudy"

const base = U.Model.embedded
const shares = { simulator: 0.1, assistant: 0.4, validation: 0.2, test: 0.3 }
const split = U.Split({ corpus: U.embeddedCorpus(), shares })
const simulator = U.RolePlay({ model: base })
const reward = U.Reward.checklist([{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }], {
  own: false,
})
const conversing = U.embeddedConversing

const recipe = {
  ...U.Grpo.embedded,
  iterations: 12,
  saveEvery: 4,
  validation: { prompts: 12, every: 2, patience: 3 },
  metrics: "result",
} as const
const penalty = {
  shaped: recipe,
  inTheLoss: { ...recipe, klEstimator: "k3", klPlacement: "loss-gradient" },
} as const

const main = U.Grid.make({
  axes: { penalty },
  experiment: ({ penalty: recipe }) =>
    U.TrainAssistant({
      split,
      base,
      simulator,
      reward,
      conversing,
      recipe,
      select: U.Checkpoint.oneStandardError,
    }),
})

export default U.Experiment.make("validated", {
  grids: { main },
  collect: ({ main }) => {
    const chosen = U.Grid.steps(main)
    const matched = Object.entries(chosen).map(
      ([label, assistant]) => [`${label}, 6 iterations`, U.AssistantAt({ assistant, at: 6 })] as const,
    )
    const assistants = { initial: U.InitialAssistant({ model: base }), ...chosen, ...Object.fromEntries(matched) }
    const columns = [{ simulator: "role-play", persona: U.Personas.plain, heldOut: false, step: simulator }]
    const matrix = U.crossMatrix({ split, assistants, columns, settings: { reward, conversing, prompts: 24 } })
    return [U.Report({ split, simulators: { "role-play": simulator }, assistants, matrix })]
  },
})
