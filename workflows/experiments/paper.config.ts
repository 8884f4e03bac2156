/**
 * Where the models of `paper.ts` are reached, for servers of your own, and what they cost. Copy it to
 * `understudy.config.ts` and put in your addresses and prices: those here are assumptions.
 */
import { defineConfig } from "understudy"
import simulators from "./simulators.config.ts"

const { models = {} } = simulators

/** One server of a model each; docs/scaling-out.md starts them. */
const endpoint = (port: number) => ({ url: `http://127.0.0.1:${port}/v1`, concurrency: 256 })

/** Of a policy: dollars for a million tokens that are read, written and trained on. */
const policy = (prompt: number, completion: number, train: number) => {
  return { prompt, completion, train, asOf: "2026-11 (assumed: an H100 hour at $2.50, and round numbers)" }
}

export default defineConfig({
  endpoints: {
    prompted: endpoint(8000),
    sftuser: endpoint(8001),
    mistral: endpoint(8002),
    qwen3: endpoint(8003),
    sftuser2: endpoint(8004),
  },
  models: {
    "Qwen/Qwen2.5-14B-Instruct": { ...models["Qwen/Qwen2.5-14B-Instruct"], endpoint: "prompted" },
    "Qwen/Qwen3-32B": { ...models["Qwen/Qwen3-32B"], endpoint: "qwen3" },
    "jjssuh/sftuser-base-Qwen2.5-14B-Instruct": {
      ...models["jjssuh/sftuser-base-Qwen2.5-14B-Instruct"],
      endpoint: "sftuser",
    },
    "jjssuh/sftuser2-base-Qwen2.5-14B-Instruct": {
      ...models["jjssuh/sftuser2-base-Qwen2.5-14B-Instruct"],
      endpoint: "sftuser2",
    },
    "mistralai/Mistral-Small-3.1-24B-Instruct-2503": {
      endpoint: "mistral",
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
