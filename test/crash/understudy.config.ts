/** The scripted servers of a crash test, where its environment says. */
import { defineConfig } from "understudy"

const place = (name: string) => process.env[`CRASH_${name}`] ?? `CRASH_${name} is not set`

export default defineConfig({
  endpoints: { default: { url: place("OPENAI") } },
  models: {},
  trainer: { kind: "tinker", url: place("TINKER"), places: 4, tokenizers: { "scripted-base": place("TOKENIZER") } },
})
