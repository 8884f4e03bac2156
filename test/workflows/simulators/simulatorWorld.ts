/** A corpus, scripted endpoints for both kinds of model, and studies of simulators run over them by every real service. */
import { Effect, Option } from "effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Home } from "../../../src/index.ts"
import type { Experiment } from "../../../src/index.ts"
import { hashFiles } from "../../../workflows/cli/LoadExperiment.ts"
import type { UnderstudyConfig } from "../../../workflows/config/UnderstudyConfig.ts"
import { runStudy, writeReport } from "../../../workflows/runStudy.ts"
import { makeStudy } from "../../../workflows/Study.ts"
import { studyReport } from "../../../workflows/studyReport.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { config as tokenizerConfig, vocabulary } from "../../support/tinyTokenizer.ts"

/** Users of one to four turns. */
export const corpusRows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    conversation_hash: `c${i}`,
    hashed_ip: `u${i % 30}`,
    country: "Chile",
    language: "English",
    intent: `You are a user chatting with an assistant language model to learn about river ${i}.`,
    conversation: Array.from({ length: 1 + (i % 4) }, (_turn, turn) => [
      {
        role: "user",
        content: turn === 0 ? `How long is river ${i} of ${i % 7} then?` : `and ${turn} more on it ${i}`,
      },
      { role: "assistant", content: `River ${i} has ${turn} miles.` },
    ]).flat(),
  }))

export const simulatorWorld = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-simulators-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
  )
  const corpus = join(folder, "corpus.jsonl")
  writeFileSync(
    corpus,
    corpusRows(90)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(""),
  )
  const tokenizer = join(folder, "tokenizer")
  mkdirSync(tokenizer)
  writeFileSync(join(tokenizer, "tokenizer.json"), JSON.stringify(vocabulary))
  writeFileSync(join(tokenizer, "tokenizer_config.json"), JSON.stringify(tokenizerConfig))
  const tinker = yield* scriptedTinker()
  const openai = yield* scriptedOpenAi({ everyFault: played })
  const config: UnderstudyConfig = {
    endpoints: { default: { url: openai.url } },
    models: {},
    trainer: { kind: "tinker", url: tinker.url, tokenizers: { "scripted-base": tokenizer } },
  }
  const home = join(folder, "home")

  const run = Effect.fnUntraced(function* (experiment: Experiment.Experiment<unknown>) {
    const study = makeStudy(experiment, yield* hashFiles(experiment))
    const ran = yield* runStudy(study, {
      config,
      home,
      offline: false,
      budget: undefined,
      concurrency: 4,
      patience: "1 second",
      say: () => Effect.void,
      live: () => Effect.void,
    })
    const { data } = yield* studyReport(study, config).pipe(Effect.provide(Home.Home.layerReader(home)))
    const written = yield* writeReport(study, join(folder, "report"), config).pipe(
      Effect.provide(Home.Home.layerReader(home)),
    )
    return { study, ran, data, report: Option.getOrThrow(written) }
  }, Effect.scoped)

  return { corpus, tinker, openai, config, home, run }
})

/**
 * Role-play is answered in JSON, raw prompts by a turn that ends; every third simulated user leaves. Judges say of every
 * third one that it leaves its part, and of the others that they repeat themselves.
 */
const played = ({ path, body, hash }: Arrival): Fault | undefined => {
  const leaves = Number.parseInt(hash.slice(0, 4), 16) % 3 === 0
  const words = `and ${hash.slice(0, 6)} of river ${hash.slice(6, 8)}?`
  if (path === "/completions")
    return {
      kind: "text",
      text: leaves && String(body["prompt"]).includes("assistant\n") ? marker : `${words}<|im_end|>`,
    }
  if (body["response_format"] === undefined) return undefined
  const format = JSON.stringify(body["response_format"])
  if (format.includes('"review"')) {
    const again = { turn: 1, tag: "repetition", severity: "minor", reason: "again" }
    return { kind: "text", text: JSON.stringify({ errors: leaves ? [] : [again] }) }
  }
  if (format.includes('"adherence"')) return { kind: "text", text: JSON.stringify({ thought: "so", yes: leaves }) }
  const begun = JSON.stringify(body["messages"]).includes("ASSISTANT: ")
  const response = leaves && begun ? marker : words
  return { kind: "text", text: JSON.stringify({ current_answer: "-", thought: "-", response }) }
}

const marker = "<|endconversation|>"
