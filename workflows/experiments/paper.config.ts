/**
 * Where the models of `paper.ts` are reached, for servers of your own, and what they cost. Copy it to
 * `understudy.config.ts` and put in your addresses and prices: those here are assumptions.
 */
import { defineConfig } from "understudy"
import simulators from "./simulators.config.ts"

const { endpoints, models } = simulators

/** Of a policy: dollars for a million tokens that are read, written and trained on. */
const policy = (prompt: number, completion: number, train: number) => {
  return { prompt, completion, train, asOf: "2026-11 (assumed: an H100 hour at $2.50, and round numbers)" }
}

export default defineConfig({
  endpoints: { ...endpoints, judges: { url: "http://127.0.0.1:8002/v1", concurrency: 256 } },
  models: {
    ...models,
    "mistralai/Mistral-Small-3.1-24B-Instruct-2503": {
      endpoint: "judges",
      price: { prompt: 0.06, completion: 0.25, asOf: "2026-11 (assumed: one H100, 12,000 and 2,800 tokens a second)" },
    },
  },
  trainer: {
    kind: "tinker",
    url: "http://127.0.0.1:8100",
    places: 4,
    tokenizers: {
      "Qwen/Qwen2.5-1.5B-Instruct": "tokenizers/Qwen2.5-1.5B-Instruct",
      "Qwen/Qwen2.5-3B-Instruct": "tokenizers/Qwen2.5-3B-Instruct",
      "Qwen/Qwen2.5-7B-Instruct": "tokenizers/Qwen2.5-7B-Instruct",
      "meta-llama/Llama-3.2-3B-Instruct": "tokenizers/Llama-3.2-3B-Instruct",
    },
    prices: {
      "Qwen/Qwen2.5-1.5B-Instruct": policy(0.006, 0.04, 0.03),
      "Qwen/Qwen2.5-3B-Instruct": policy(0.012, 0.06, 0.06),
      "Qwen/Qwen2.5-7B-Instruct": policy(0.025, 0.1, 0.14),
      "meta-llama/Llama-3.2-3B-Instruct": policy(0.012, 0.06, 0.06),
    },
  },
})
