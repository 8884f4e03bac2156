/**
 * What the journal, the limits and the retries cost: chat calls to a server on this machine, against a bare loop over
 * the `openai` client with the same number in flight. The value is the ratio of the wall times.
 */
import { FileSystem } from "@effect/platform"
import { Duration, Effect, Layer } from "effect"
import OpenAI from "openai"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Budget } from "../../layers/llm/Budget.ts"
import * as Model from "../../layers/llm/Model.ts"
import * as ModelClients from "../../layers/llm/ModelClients.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { BenchResult } from "./BenchResult.ts"

export interface CallsBenchOptions {
  /** How long the server takes for an answer. */
  readonly millis: number
  /** The ratio that must not be exceeded. */
  readonly target: number
  /** Default 10,000, and 256 at once. */
  readonly calls?: number
  readonly atOnce?: number
}

/** Needs a file system for a journal of its own, which is removed afterwards. */
export const callsBench = ({ millis, target, calls = 10_000, atOnce = 256 }: CallsBenchOptions) =>
  Effect.gen(function* () {
    const url = yield* loopbackServer(millis)
    const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
    // Both sides run once before they are measured: the compiler has then seen them.
    const warm = Math.min(calls, 1000)
    yield* bareLoop(url, warm, atOnce)
    yield* journaledLoop(url, `${folder}/warm.db`, warm, atOnce)
    const bare = yield* timed(bareLoop(url, calls, atOnce))
    const ours = yield* timed(journaledLoop(url, `${folder}/calls.db`, calls, atOnce))
    const value = Math.round((ours / bare) * 1000) / 1000
    return {
      bench: `calls-${millis}ms`,
      value,
      target,
      met: value <= target,
      unit: "times the wall time of a bare openai loop",
      against: `${calls} calls, ${atOnce} at once: ${seconds(ours)} journaled, ${seconds(bare)} bare`,
    } satisfies BenchResult
  }).pipe(Effect.scoped, Effect.withSpan("callsBench"))

const bareLoop = (baseURL: string, calls: number, atOnce: number) =>
  Effect.promise(async () => {
    const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 })
    let next = 0
    const worker = async () => {
      while (next < calls) {
        const seed = next++
        await client.chat.completions.create({ ...sampling, model: "bench", messages: messagesOf(seed), seed })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  })

const journaledLoop = (url: string, journal: string, calls: number, atOnce: number) =>
  Effect.gen(function* () {
    const languageModel = yield* LanguageModel
    const { max_tokens: maxTokens, temperature } = sampling
    yield* Effect.forEach(
      Array.from({ length: calls }, (_, seed) => seed),
      (seed) =>
        languageModel.chat({
          model: Model.openai("bench", { revision: "1" }),
          messages: messagesOf(seed),
          sampling: { maxTokens, temperature, seed },
          caller: { role: "assistant", step: "Bench/v1-0" },
        }),
      { concurrency: atOnce, discard: true },
    )
  }).pipe(Effect.provide(layerOf(url, journal, atOnce)))

const layerOf = (url: string, journal: string, concurrency: number) =>
  ModelClients.layer({ config: { endpoints: { default: { url, concurrency } }, models: {} }, run: "bench" }).pipe(
    Layer.provide(Budget.unlimited),
    Layer.provide(CallJournal.layer(journal)),
  )

const sampling = { max_tokens: 256, temperature: 0.7 }

const messagesOf = (seed: number) => [
  { role: "system" as const, content: "You are a helpful assistant." },
  { role: "user" as const, content: `Question ${seed}: ${"could you help me to write a polite letter? ".repeat(5)}` },
]

/** Ends with the scope, and with this process. */
const loopbackServer = (millis: number) => {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
  const file = fileURLToPath(new URL(`./LoopbackServer.${extension}`, import.meta.url))
  return Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [...process.execArgv, file, String(millis)], { stdio: ["pipe", "pipe", "inherit"] }),
    ),
    (child) => Effect.sync(() => child.kill()),
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<string>((resume) => {
        child.stdout.once("data", (line: Buffer) => resume(Effect.succeed(line.toString().trim())))
      }),
    ),
  )
}

/** In milliseconds. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toMillis(duration))

const seconds = (millis: number) => `${(millis / 1000).toFixed(2)} s`
