/** Two evaluations of an assistant behind an endpoint, by a simulator and a judge behind the same one. No trainer. */
import { fileURLToPath } from "node:url"
import * as U from "understudy"

const corpus = fileURLToPath(new URL("../../fixtures/crashCorpus.jsonl", import.meta.url))
const model = (name: string) => U.Model.openai(name, { revision: "1" })
const split = U.Split({
  corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }),
  shares: { simulator: 0.2, assistant: 0.1, validation: 0.1, test: 0.6 },
})

export default U.Experiment.make("evaluated", {
  grids: {
    main: U.Grid.make({
      axes: { seed: [1, 2] },
      experiment: ({ seed }) =>
        U.Evaluate({
          split,
          assistant: U.InitialAssistant({ model: model("assistant") }),
          simulator: U.RolePlay({ model: model("simulator") }),
          persona: U.Personas.plain,
          reward: { _tag: "RubricReward", judges: [model("judge")] },
          conversing: { turns: 2, maxTokens: 64 },
          prompts: 8,
          maxFailureShare: 0.5,
          seed,
        }),
    }),
  },
})
