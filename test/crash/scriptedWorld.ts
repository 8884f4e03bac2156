/**
 * The scripted servers, in the test's own process, which is never killed: they count over any number of kills. Every
 * answer takes its time, so that a kill finds calls in flight.
 */
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { passResult, samplesOf } from "../../layers/training/tinker/TinkerCodec.ts"
import { decodeForwardBackward, decodeSampleOutput } from "../../layers/training/tinker/TinkerWire.ts"
import { scriptedOpenAi } from "../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../support/ScriptedOpenAi.ts"
import { scriptedTinker } from "../support/ScriptedTinker.ts"
import { fraction } from "../support/tinker/ScriptedState.ts"
import type { ScriptedWork } from "../support/tinker/ScriptedRoutes.ts"
import { config, vocabulary } from "../support/tinyTokenizer.ts"
import type { Bundle } from "./bundle.ts"
import * as signatures from "./signatures.ts"
import type { ServerCall, World } from "./World.ts"

/** The tokenizer's files lie beside the home. `bundle`: what is run, in place of the sources. */
export const scriptedWorld = Effect.fn("scriptedWorld")(function* (home: string, bundle?: Bundle) {
  let watcher = () => {}
  const openai = yield* scriptedOpenAi({
    delay: delays.answer,
    everyFault: (arrival) => {
      watcher()
      return replyTo(arrival)
    },
  })
  const tinker = yield* scriptedTinker({
    // Models of killed runs stay until their sessions end, which takes longer than a test.
    slots: 64,
    everyFault: (route) => {
      if (route === "session_heartbeat") return undefined
      watcher()
      return { kind: "delay", millis: route === "retrieve_future" ? delays.answer : delays.acceptance }
    },
  })
  let told = { chats: 0, works: 0 }
  const world: World = {
    ...(bundle === undefined ? {} : { main: bundle.main }),
    experiment: bundle?.experiment ?? fileURLToPath(new URL("experiment.ts", import.meta.url)),
    args: ["--config", bundle?.config ?? fileURLToPath(new URL("understudy.config.ts", import.meta.url))],
    env: { CRASH_OPENAI: openai.url, CRASH_TINKER: tinker.url, CRASH_TOKENIZER: tokenizer(`${home}-tokenizer`) },
    watch: (next) => {
      watcher = next
    },
    calls: Effect.sync(() => {
      const chats = openai.arrivals.slice(told.chats).map(({ body }): ServerCall => ({
        kind: "chat",
        signature: signatures.chatSignature(body),
      }))
      const works = tinker.works.slice(told.works).map((work): ServerCall => ({
        kind: work.kind,
        signature: signatureOf(work),
      }))
      told = { chats: told.chats + chats.length, works: told.works + works.length }
      return [...chats, ...works]
    }),
    trainerDied: () => tinker.restart(),
  }
  return world
})

/** In milliseconds. */
const delays = { acceptance: 3, answer: 12 }

/** What is asked for by a JSON schema gets an object of its form: the turns of a user, or the grades of a judge. */
const replyTo = ({ body, hash }: Arrival): Fault | undefined => {
  const format = body["response_format"] as { readonly json_schema: { readonly name: string } } | undefined
  if (format === undefined) return undefined
  const reply =
    format.json_schema.name === "verdict"
      ? { thought: `grade ${hash.slice(0, 6)}`, score: Math.floor(fraction(hash) * 11) }
      : { current_answer: "so far", thought: "well", response: turnOf(hash) }
  return { kind: "text", text: JSON.stringify(reply) }
}

/** One user in five has heard enough. */
const turnOf = (hash: string) => (fraction(hash) < 0.2 ? "<|endconversation|>" : `and what of ${hash.slice(0, 6)}?`)

const signatureOf = ({ kind, asked, result = new Uint8Array() }: ScriptedWork): string => {
  if (kind === "save") return signatures.saveSignature((asked as AskedSave).path)
  if (kind !== "sample" && kind !== "score") {
    const logprobs = passResult(decodeForwardBackward(result)).outputs.map((output) => output.logprobs)
    return kind === "forward" ? signatures.forwardSignature(logprobs) : signatures.trainSignature(logprobs)
  }
  const { prompt, sampling_params } = asked as AskedSample
  const tokens = prompt.chunks.flatMap((chunk) => chunk.tokens)
  const output = decodeSampleOutput(result)
  return kind === "score"
    ? signatures.scoreSignature(tokens, output.prompt_logprobs)
    : signatures.sampleSignature(tokens, sampling_params.seed, samplesOf(output)[0] ?? { tokens: [], logprobs: [] })
}

interface AskedSave {
  readonly path: string
}

interface AskedSample {
  readonly prompt: { readonly chunks: ReadonlyArray<{ readonly tokens: ReadonlyArray<number> }> }
  readonly sampling_params: { readonly seed: number }
}

const tokenizer = (folder: string) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(vocabulary))
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config))
  return folder
}
