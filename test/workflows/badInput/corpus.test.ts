import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { CorpusResult, SplitResult } from "../../../src/domain/Results.ts"
import { corpusText, workspace } from "./workspace.ts"

const shared = join(import.meta.dirname, "../../../../shared/data/conversations.jsonl.gz")

const reversed = {
  line: 3,
  row: (row: { readonly conversation: ReadonlyArray<unknown> }) => ({
    ...row,
    conversation: row.conversation.slice(1),
  }),
}
const notJson = { line: 6, row: () => '{"conversation_hash":' }
const nobody = { line: 9, row: (row: object) => ({ ...row, hashed_ip: null }) }
const blank = {
  line: 5,
  row: (row: { readonly conversation: ReadonlyArray<unknown> }) => ({
    ...row,
    conversation: [...row.conversation, { role: "user", content: " " }],
  }),
}
const cut = gzipSync(corpusText([], 400)).subarray(0, -40)
const invalidUtf8 = Buffer.concat([Buffer.from(corpusText([], 3)), Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])])

const bad = {
  "cut.jsonl.gz": [cut, /cut\.jsonl\.gz:\d{2,}: the file is cut off or damaged here/],
  "json.jsonl": [corpusText([notJson]), /json\.jsonl:6: it is not JSON/],
  "roles.jsonl": [corpusText([reversed]), /roles\.jsonl:3: its roles don't alternate.*message 1 is by assistant/],
  "empty.jsonl": [corpusText([blank]), /empty\.jsonl:5: it has an empty message \(message 5\)/],
  "nobody.jsonl": [corpusText([nobody]), /nobody\.jsonl:9: hashed_ip is missing\. .*users: "each-row"/],
  "one.jsonl": [corpusText().replaceAll(/"u\d"/g, '"u"'), /all 12 rows have one user id.*users: "each-row"/],
  "other.jsonl": ['{"prompt":"hi","reply":"hello"}\n', /other\.jsonl:1: .*has the fields prompt, reply\. Looked for/],
  "utf8.jsonl": [invalidUtf8, /utf8\.jsonl:4: it is not valid UTF-8/],
} as const

describe("a corpus with a bad row", () => {
  it.scopedLive(
    "is answered with file, line and reason, and nothing is asked of a model",
    () =>
      Effect.gen(function* () {
        const { server, write, run } = yield* workspace
        for (const [name, [content, message]] of Object.entries(bad)) {
          const ran = yield* run({ corpus: write(name, content) })
          assert.strictEqual(ran.state, "suspended", name)
          assert.match(ran.message, message)
          const helps = ["json.jsonl", "roles.jsonl", "empty.jsonl", "utf8.jsonl"].includes(name)
          assert.strictEqual(ran.message.includes("--skip-invalid"), helps, name)
          if (name !== "other.jsonl") assert.notInclude(ran.message, "Mend it, then retry.")
        }
        assert.deepEqual(server.arrivals, [])
      }),
    120_000,
  )

  it.scopedLive(
    "keeps steps that don't need it from spending, until it is mended",
    () =>
      Effect.gen(function* () {
        const { folder, corpus, write, run } = yield* workspace
        const experiment = write("spending.ts", spending)
        write("corpus.jsonl", corpusText([nobody]))
        assert.strictEqual((yield* run({ experiment })).state, "suspended")
        assert.isFalse(existsSync(join(folder, "spent")))
        write("corpus.jsonl", corpusText())
        assert.strictEqual((yield* run({ experiment, corpus })).state, "done")
        assert.strictEqual(readFileSync(join(folder, "spent"), "utf8"), "once")
      }),
    60_000,
  )

  it.scopedLive(
    "is used without its bad rows when told so, which are counted by reason",
    () =>
      Effect.gen(function* () {
        const { home, write, cli } = yield* workspace
        const corpus = write("mixed.jsonl", corpusText([reversed, blank, notJson, nobody]))
        const refused = yield* cli("run", join(import.meta.dirname, "tiny.ts"), "--corpus", corpus, "--json")
        assert.strictEqual(refused.status, 2)
        assert.match(refused.stderr, /mixed\.jsonl:3: its roles don't alternate/)
        assert.include(JSON.parse(refused.stdout), { experiment: "tiny", state: "suspended" })
        assert.notMatch(refused.stderr, /^\s+at /m)

        const ran = yield* cli("run", join(import.meta.dirname, "tiny.ts"), "--corpus", corpus, "--skip-invalid")
        assert.strictEqual(ran.status, 0, ran.stderr)
        assert.match(
          ran.stderr,
          /mixed\.jsonl: 4 rows were left out: its roles don't alternate.* \(1\), it has an empty/,
        )
        const report = JSON.parse(readFileSync(join(home, "reports/tiny/report.json"), "utf8"))
        assert.strictEqual(report.skippedRows.length, 4)
        assert.include(report.skippedRows[2], { file: "mixed.jsonl", reason: "it is not JSON", count: 1 })
      }),
    120_000,
  )

  it.scopedLive(
    "that is cut off is refused also when bad rows are left out: how much is lost can't be told",
    () =>
      Effect.gen(function* () {
        const { write, run } = yield* workspace
        const ran = yield* run({ corpus: write("cut.jsonl.gz", cut), changes: { skipInvalid: true } })
        assert.strictEqual(ran.state, "suspended")
        assert.match(ran.message, /cut\.jsonl\.gz:\d+: the file is cut off or damaged here .*Fetch the file anew/)
      }),
    60_000,
  )
})

describe("a corpus without user ids", () => {
  it.scopedLive.skipIf(!existsSync(shared))(
    "runs when each row is declared its own user, and is refused before",
    () =>
      Effect.gen(function* () {
        const { run, ledger, server } = yield* workspace
        const refused = yield* run({ corpus: shared })
        assert.strictEqual(refused.state, "suspended")
        assert.match(refused.message, /conversations\.jsonl\.gz:1: hashed_ip is missing\. .*users: "each-row"/)
        assert.deepEqual(server.arrivals, [])
        const ran = yield* run({ corpus: shared, changes: { users: Option.some("each-row") } })
        assert.strictEqual(ran.state, "done", ran.message)
        const entries = yield* ledger()
        const { count, users, skipped } = yield* outputOf(entries, CorpusResult)
        assert.deepEqual([count, users, skipped], [600, 600, []])
        const { simulator, assistant, validation, test, dropped } = yield* outputOf(entries, SplitResult)
        const parts = [simulator, assistant, validation, test]
        assert.deepEqual(
          parts.map((part) => [part.count, part.users]),
          [360, 174, 30, 36].map((count) => [count, count]),
        )
        assert.deepEqual(dropped, [])
      }),
    120_000,
  )
})

/** The one output of this form that is done. */
const outputOf = <A, I>(
  entries: ReadonlyMap<string, { readonly state: string; readonly output: string | null }>,
  schema: Schema.Schema<A, I>,
) => {
  const outputs = [...entries.values()].flatMap(({ state, output }) =>
    state === "done" && output !== null ? [output] : [],
  )
  return Effect.firstSuccessOf(outputs.map((output) => Schema.decodeUnknown(Schema.parseJson(schema))(output)))
}

/** A cell that needs no corpus beside one that does. */
const spending = `
  import { appendFileSync } from "node:fs"
  import { Effect, Schema } from "effect"
  import * as U from "understudy"
  const Spent = Schema.TaggedStruct("Spent", { times: Schema.Number })
  const model = U.Model.openai("tiny-2026-01-01")
  const Spend = U.Stage.make({
    name: "Spend",
    version: 1,
    input: { model: U.ModelSpec },
    output: Spent,
    run: () =>
      U.Shard.once("spend", Spent, Effect.sync(() => {
        appendFileSync(import.meta.dirname + "/spent", "once")
        return Spent.make({ times: 1 })
      })),
    estimate: ({ model }) => {
      const one = U.Estimate.exactly(1)
      return { size: 1, demands: [{ role: "judge", model, calls: one, promptTokens: one, completionTokens: one }] }
    },
  })
  export default U.Experiment.make("spending", {
    grids: { main: U.Grid.make({ axes: { seed: [1] }, experiment: () => Spend({ model }) }) },
    collect: () => [U.Split({ corpus: U.embeddedCorpus() })],
  })
`
