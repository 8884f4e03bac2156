import type { RunFacts } from "../../../../layers/evaluation/report/RunFacts.ts"

const model = "SmolLM2-135M-Instruct@12fd25f"

export const runFacts: RunFacts = {
  experiment: "demo",
  cells: [
    { key: "main/simulator=role-play,seed=1", labels: { simulator: "role-play", seed: "1" } },
    { key: "main/simulator=fine-tuned,seed=1", labels: { simulator: "fine-tuned", seed: "1" } },
  ],
  version: "0.1.0",
  steps: {
    "simulator role-play": "RolePlay/v1-1f0c55aa90be4d17",
    "simulator fine-tuned": "FineTuned/v1-77c1d5a7c0d2a9e3",
    "assistant initial": "InitialAssistant/v1-04d1b1d5ad9c3b11",
    "assistant role-play": "TrainAssistant/v1-9ab3be1f34dc2a45",
    split: "Split/v1-55aa33cc11ee77ff",
  },
  usage: [
    { role: "assistant", model, calls: 640, promptTokens: 48_210, completionTokens: 18_905, money: null },
    { role: "simulator", model, calls: 512, promptTokens: 39_884, completionTokens: 9120, money: 0.0123 },
    { role: "trainer", model, calls: 60, promptTokens: 120_000, completionTokens: 0, money: 0 },
  ],
  seconds: [
    { stage: "FineTuned", steps: 1, seconds: 92 },
    { stage: "TrainAssistant", steps: 2, seconds: 640.5 },
    { stage: "Evaluate", steps: 12, seconds: 336 },
  ],
  failures: [{ role: "simulator", model, reason: "Timeout", count: 3 }],
  models: [
    { name: "SmolLM2-135M-Instruct", revision: "12fd25f" },
    { name: "judge-x", revision: null },
  ],
  data: [{ name: "embedded.jsonl", sha256: "c".repeat(64) }],
  interrupted: { calls: 2, sentAgain: 1 },
}
