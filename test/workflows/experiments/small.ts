/** The whole pipeline on the smallest scale, for a scripted trainer. SMALL_CORPUS names its corpus file. */
import * as U from "understudy"

export const small = (options: { readonly iterations?: number; readonly limit?: number } = {}) => {
  const file = U.FileRef.make({ path: process.env["SMALL_CORPUS"] ?? "SMALL_CORPUS is not set" })
  const split = U.Split({ corpus: U.Corpus({ file }) })
  const base = U.Model.trainable("scripted-base")
  const { plain } = U.Personas
  const reward = { _tag: "ChecklistReward", checks: [{ kind: "words", max: 6 }] } as const
  const conversing = { turns: 2, maxTokens: 8 }
  const sft = { rank: 4, learningRate: 1e-3, batchSize: 4, maxTokens: 400, conversations: 8, heldOut: 4, saveEvery: 2 }
  const simulator = {
    "role-play": U.RolePlay({ model: base }),
    "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: sft }),
  }
  const recipe = { rank: 4, learningRate: 1e-3, iterations: options.iterations ?? 2, prompts: 2, rollouts: 3, kl: 0.1 }
  const main = U.Grid.make({
    axes: { simulator },
    experiment: (cell) => U.TrainAssistant({ split, base, persona: plain, reward, conversing, recipe, ...cell }),
  })
  return U.Experiment.make("small", {
    grids: { main },
    ...(options.limit === undefined ? {} : { limits: { usd: options.limit } }),
    collect: ({ main }) => {
      const assistants = { initial: U.InitialAssistant({ model: base }), ...U.Grid.steps(main) }
      const columns = [{ simulator: "role-play", persona: plain, heldOut: false, step: simulator["role-play"] }]
      const matrix = U.crossMatrix({ split, assistants, columns, settings: { reward, conversing, prompts: 4 } })
      return [U.Report({ split, simulators: simulator, assistants, matrix })]
    },
  })
}

export default small()
