/** Chat calls to a server on this machine: through a journal, and as a bare loop over the `openai` client. */
import { Effect, Layer } from "effect"
import OpenAI from "openai"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Budget } from "../../layers/llm/Budget.ts"
import * as Model from "../../layers/llm/Model.ts"
import * as ModelClients from "../../layers/llm/ModelClients.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"

export interface Load {
  readonly calls: number
  readonly atOnce: number
}

/** Its URL. Every answer takes so many milliseconds; `turns` are those of role-played users, no two alike. Ends with the scope, and with this process. */
export const loopbackServer = (millis: number, answers: "alike" | "turns" = "alike") =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [...process.execArgv, serverFile, String(millis), answers], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    ),
    (child) => Effect.sync(() => child.kill()),
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<string>((resume) => {
        child.stdout.once("data", (line: Buffer) => resume(Effect.succeed(line.toString().trim())))
      }),
    ),
  )

const serverFile = fileURLToPath(new URL("./LoopbackServer.ts", import.meta.url))

export const bareLoop = (baseURL: string, { calls, atOnce }: Load) =>
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

/** The same calls every time, through whatever `LanguageModel` there is. */
export const chatLoop = ({ calls, atOnce }: Load) =>
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
  })

/** The whole client of one server, over the journal in `file`. */
export const journaledModel = (url: string, file: string, { atOnce }: Load) =>
  ModelClients.layer({
    config: { endpoints: { default: { url, concurrency: atOnce } }, models: {} },
    run: "bench",
  }).pipe(Layer.provide(Budget.unlimited), Layer.provide(CallJournal.layer(file)))

const sampling = { max_tokens: 256, temperature: 0.7 }

const messagesOf = (seed: number) => [
  { role: "system" as const, content: "You are a helpful assistant." },
  { role: "user" as const, content: `Question ${seed}: ${"could you help me to write a polite letter? ".repeat(5)}` },
]
