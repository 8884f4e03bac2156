/** A folder with a corpus and a scripted endpoint, and runs of experiments in it: in this process or by the command line. */
import { Effect, Either, Option } from "effect"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { loadStudy, noChanges } from "../../../workflows/cli/loadStudy.ts"
import type { GivenChanges } from "../../../workflows/cli/loadStudy.ts"
import { loadConfig } from "../../../workflows/config/loadConfig.ts"
import { runStudy } from "../../../workflows/runStudy.ts"
import { planStudy } from "../../../workflows/Study.ts"
import { studyReport } from "../../../workflows/studyReport.ts"
import { Home, StepLedger } from "../../../src/index.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import { config as tokenizerConfig, vocabulary } from "../../support/tinyTokenizer.ts"
import { understudy } from "../cli/smallHome.ts"

const root = join(import.meta.dirname, "../../..")
export const tiny = join(import.meta.dirname, "tiny.ts")

export interface RowChange {
  readonly line: number
  readonly row: (row: Row) => unknown
}

type Row = ReturnType<typeof rowOf>

const rowOf = (i: number) => ({
  conversation_hash: `c${i}`,
  hashed_ip: `u${i % 4}`,
  intent: `to learn about ${i}`,
  conversation: [
    { role: "user", content: `What is number ${i}?` },
    { role: "assistant", content: `It comes after ${i - 1}.` },
    { role: "user", content: "ok and then?" },
    { role: "assistant", content: `Then comes ${i + 1}.` },
  ],
})

/** Conversations of four users as JSONL, some of them changed. Lines count from 1; text stands as it is. */
export const corpusText = (changes: ReadonlyArray<RowChange> = [], length = 12): string =>
  Array.from({ length }, (_, i) => {
    const change = changes.find(({ line }) => line === i + 1)
    const row = change === undefined ? rowOf(i) : change.row(rowOf(i))
    return `${typeof row === "string" ? row : JSON.stringify(row)}\n`
  }).join("")

export const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex")

/** What an attempt to run came to: the outcomes of steps that are suspended, or the error, with what was said meanwhile. */
export interface Attempt {
  readonly state: "done" | "suspended" | "failed"
  /** The error, or the reasons and advice of suspended steps. */
  readonly message: string
  readonly said: string
}

export const workspace = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-bad-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
  )
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(root, join(folder, "node_modules/understudy"))
  const write = (name: string, content: string | Uint8Array) => {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }
  write("package.json", `{"type":"module"}`)
  const behaviour: { now: (arrival: Arrival) => Fault | undefined } = { now: () => undefined }
  const server = yield* scriptedOpenAi({ everyFault: (arrival) => behaviour.now(arrival) ?? rolePlayed(arrival) })
  const configOf = (name: string, value: unknown) => write(name, `export default ${JSON.stringify(value)}\n`)
  const config = configOf("understudy.config.mjs", { endpoints: { default: { url: server.url } } })
  const corpus = write("corpus.jsonl", corpusText())
  write("tokenizer/tokenizer.json", JSON.stringify(vocabulary))
  const tokenizer = dirname(write("tokenizer/tokenizer_config.json", JSON.stringify(tokenizerConfig)))
  const home = join(folder, "home")

  const changesOf = (given: Partial<Given>) => {
    return { ...noChanges, corpus: Option.some(given.corpus ?? corpus), ...given.changes }
  }

  const run = (given: Partial<Given> = {}) =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const ran = yield* Effect.gen(function* () {
        const study = yield* loadStudy(given.experiment ?? tiny, changesOf(given))
        return yield* runStudy(study, {
          config: yield* loadConfig(given.config ?? config),
          home: given.home ?? home,
          offline: false,
          budget: undefined,
          concurrency: 8,
          patience: "100 millis",
          say: (line) => Effect.sync(() => void said.push(line)),
          live: () => Effect.void,
        })
      }).pipe(Effect.either)
      if (Either.isLeft(ran)) {
        return { state: "failed", message: ran.left.message, said: said.join("\n") } satisfies Attempt
      }
      const reasons = [...ran.right.outcomes.values()].flatMap((outcome) =>
        outcome._tag === "Suspended" ? outcome.failures.map(({ reason, advice }) => `${reason} ${advice}`) : [],
      )
      return { state: ran.right.state, message: reasons.join("\n"), said: said.join("\n") } satisfies Attempt
    })

  /** What `plan` and `report` do: they only read. The message counts steps, where there is a report. */
  const read = (given: Partial<Given> = {}) =>
    Effect.gen(function* () {
      const study = yield* loadStudy(given.experiment ?? tiny, changesOf(given))
      const settings = yield* loadConfig(given.config ?? config)
      const { steps } = yield* planStudy(study, settings)
      yield* studyReport(study, settings)
      return `${steps.length} steps, ${steps.filter(({ state }) => state !== "done").length} left`
    }).pipe(
      Effect.provide(Home.Home.layerReader(given.home ?? home)),
      Effect.map((message): Attempt => ({ state: "done", message, said: "" })),
      Effect.catchAll(({ message }) => Effect.succeed<Attempt>({ state: "failed", message, said: "" })),
    )

  /** By the real command line, with the workspace's config, corpus and home unless told otherwise. */
  const cli = (verb: string, ...args: ReadonlyArray<string>) => {
    const has = (option: string) => args.includes(option)
    const defaults = [
      ...(has("--home") ? [] : ["--home", home]),
      ...(verb !== "run" || has("--config") ? [] : ["--config", config]),
      ...(!["run", "plan", "report"].includes(verb) || has("--corpus") ? [] : ["--corpus", corpus]),
    ]
    return understudy([verb, ...args, ...defaults])
  }

  /** State by step id, as the ledger has it. */
  const ledger = (where = home) =>
    Effect.flatMap(StepLedger, ({ list }) => list).pipe(
      Effect.map((entries) => new Map(entries.map((entry) => [entry.id, entry]))),
      Effect.provide(Home.Home.layerReader(where)),
      Effect.scoped,
    )

  return { folder, home, corpus, tokenizer, server, behaviour, write, configOf, run, read, cli, ledger }
})

interface Given {
  readonly experiment: string
  readonly corpus: string
  readonly changes: Partial<GivenChanges>
  readonly config: string
  readonly home: string
}

/** A role-playing simulator is asked for an object, everybody else for text. */
const rolePlayed = ({ body, hash }: Arrival): Fault | undefined =>
  body["response_format"] === undefined
    ? undefined
    : {
        kind: "text",
        text: JSON.stringify({ current_answer: "so far", thought: "hm", response: `and ${hash.slice(0, 6)}?` }),
      }
