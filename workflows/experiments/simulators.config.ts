/**
 * Where the models of `simulators.ts` are reached, for your own vLLM servers, and what they cost. Copy it to
 * `understudy.config.ts` and put in your addresses, your revisions and your prices: those here are assumptions.
 */
import { defineConfig } from "understudy"

/** Dollars for a million tokens of a server of your own: its price by the hour over what it gets through in one. */
const selfHosted = ({ gpus, promptPerSecond, completionPerSecond }: Throughput) => ({
  prompt: (gpuHour * gpus) / (promptPerSecond * 0.0036),
  completion: (gpuHour * gpus) / (completionPerSecond * 0.0036),
  asOf: "2026-11 (assumed: $2.50 for an H100 hour, and round numbers for tokens a second under full load)",
})

/** Dollars; what you pay for yours. */
const gpuHour = 2.5

interface Throughput {
  readonly gpus: number
  readonly promptPerSecond: number
  readonly completionPerSecond: number
}

const price = {
  "3B": selfHosted({ gpus: 1, promptPerSecond: 60_000, completionPerSecond: 12_000 }),
  "7B": selfHosted({ gpus: 1, promptPerSecond: 30_000, completionPerSecond: 7_000 }),
  "14B": selfHosted({ gpus: 1, promptPerSecond: 15_000, completionPerSecond: 4_000 }),
  "32B": selfHosted({ gpus: 2, promptPerSecond: 12_000, completionPerSecond: 3_500 }),
}

/** Qwen3 answers at once only where it is told to. */
const thinkingOff = { extra: { chat_template_kwargs: { enable_thinking: false } } }

const sftUser = (name: string, size: keyof typeof price) => ({
  [`jjssuh/${name}-${size}-Instruct`]: { endpoint: "sftusers", price: price[size] },
})

export default defineConfig({
  endpoints: {
    qwen: { url: "http://127.0.0.1:8000/v1", concurrency: 256 },
    sftusers: { url: "http://127.0.0.1:8001/v1", concurrency: 256 },
  },
  models: {
    // With the commit of the weights as `revision`, answers are good for other experiments too.
    "Qwen/Qwen2.5-3B-Instruct": { endpoint: "qwen", price: price["3B"] },
    "Qwen/Qwen2.5-14B-Instruct": { endpoint: "qwen", price: price["14B"] },
    "Qwen/Qwen3-14B": { endpoint: "qwen", price: price["14B"], ...thinkingOff },
    "Qwen/Qwen3-32B": { endpoint: "qwen", price: price["32B"], ...thinkingOff },
    ...sftUser("sftuser-base-Qwen2.5", "7B"),
    ...sftUser("sftuser-base-Qwen2.5", "14B"),
    ...sftUser("sftuser-base-Qwen2.5", "32B"),
    ...sftUser("sftuser2-base-Qwen2.5", "14B"),
  },
})
