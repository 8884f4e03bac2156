/**
 * Where the models of `evaluate.ts` are reached, for your own vLLM servers and three hosted judges, and what they cost.
 * Copy it to `understudy.config.ts` and put in your addresses, revisions and prices: those here are assumptions.
 */
import { defineConfig } from "understudy"
import simulators from "./simulators.config.ts"

/** Dollars for a million tokens, as their providers list them; look yours up. */
const listed = (prompt: number, completion: number) => ({ prompt, completion, asOf: "2025-11 (list price, assumed)" })

const { models = {}, endpoints } = simulators
const assistant = { endpoint: "assistants", price: models["Qwen/Qwen2.5-3B-Instruct"]?.price }
const names = ["RPUser1", "RPUser2", "RPUser3", "SFTUser"]

export default defineConfig({
  ...simulators,
  endpoints: {
    ...endpoints,
    assistants: { url: "http://127.0.0.1:8002/v1", concurrency: 256 },
    mistral: { url: "http://127.0.0.1:8003/v1", concurrency: 256 },
    openai: { url: "https://api.openai.com/v1", keyVariable: "OPENAI_API_KEY" },
    google: { url: "https://generativelanguage.googleapis.com/v1beta/openai", keyVariable: "GEMINI_API_KEY" },
    anthropic: { url: "https://api.anthropic.com/v1", keyVariable: "ANTHROPIC_API_KEY" },
  },
  models: {
    ...models,
    ...Object.fromEntries(names.map((name) => [`assistants/${name}`, assistant])),
    "mistralai/Mistral-Small-3.1-24B-Instruct-2503": {
      endpoint: "mistral",
      price: models["Qwen/Qwen3-32B"]?.price,
    },
    // Reasoning models take no temperature of their own, and their thoughts count as completion.
    "gpt-5-mini-2025-08-07": {
      endpoint: "openai",
      tokenLimit: "max_completion_tokens",
      extra: { temperature: null },
      price: listed(0.25, 2),
    },
    "gemini-2.5-flash": { endpoint: "google", price: listed(0.3, 2.5) },
    "claude-haiku-4-5-20251001": { endpoint: "anthropic", price: listed(1, 5) },
  },
})
