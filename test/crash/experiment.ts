/**
 * A small experiment with calls of every kind, for runs that are killed: fine-tuning, a role-playing simulator and a
 * judge behind an endpoint, GRPO, the matrix of evaluations, a report.
 */
import { fileURLToPath } from "node:url"
import * as U from "understudy"

const corpus = fileURLToPath(new URL("../fixtures/crashCorpus.jsonl", import.meta.url))
const base = U.Model.trainable("scripted-base", { revision: "1" })
const { plain, impatient } = U.Personas
const split = U.Split({ corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }) })
const reward = { _tag: "RubricReward", judges: [U.Model.openai("scripted-judge", { revision: "1" })] } as const
const conversing = { turns: 2, maxTokens: 10 }

const sft = { rank: 4, learningRate: 1e-3, batchSize: 3, maxTokens: 400, conversations: 12, heldOut: 4, saveEvery: 2 }
const grpo = {
  rank: 4,
  learningRate: 1e-3,
  iterations: 3,
  prompts: 2,
  rollouts: 3,
  miniBatch: 1,
  kl: 0.1,
  saveEvery: 2,
  validation: { prompts: 2, every: 3 },
}

const simulator = {
  "role-play": U.RolePlay({ model: U.Model.openai("scripted-user") }),
  "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: sft }),
}

const main = U.Grid.make({
  axes: { simulator },
  experiment: (cell) => U.TrainAssistant({ ...cell, split, base, persona: plain, reward, conversing, recipe: grpo }),
})

export default U.Experiment.make("crash", {
  grids: { main },
  collect: ({ main }) => {
    const assistants = { initial: U.InitialAssistant({ model: base }), ...U.Grid.steps(main) }
    const column = (name: keyof typeof simulator, persona: U.Persona, heldOut = false) => {
      return { simulator: name, persona, heldOut, step: simulator[name] }
    }
    const columns = [column("role-play", plain), column("fine-tuned", plain), column("role-play", impatient, true)]
    const matrix = U.crossMatrix({ split, assistants, columns, settings: { reward, conversing, prompts: 3 } })
    return [U.Report({ title: "crash", split, simulators: simulator, assistants, matrix })]
  },
})
