import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, Stream } from "effect"
import { parquetWriteFile } from "hyparquet-writer"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll } from "vitest"
import { categories } from "../../../../layers/evaluation/wildbench/categories.ts"
import type { WildBenchTask } from "../../../../src/domain/WildBench.ts"
import { readTasks } from "../../../../layers/evaluation/wildbench/readTasks.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-tasks-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const own = resolve(import.meta.dirname, "../../../../layers/evaluation/wildbench/tasks.jsonl")

const all = (path: string) => Effect.map(Stream.runCollect(readTasks(path)), Chunk.toReadonlyArray)
const good = (path: string) => Effect.map(all(path), (rows) => rows.map(Either.getOrThrow))
const problems = (path: string) =>
  Effect.map(all(path), (rows) => rows.flatMap((row) => (Either.isLeft(row) ? [row.left.message] : [])))
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const turn = (role: string, content: string) => ({ role, content, language: "English", toxic: false, redacted: false })
const row = (id: string, change: object = {}) => ({
  id: "7",
  session_id: id,
  conversation_input: [turn("user", "hi"), turn("assistant", ""), turn("user", "and now?")],
  references: { "gpt-4": "Now." },
  length: 10,
  checklist: ["Does it say now?"],
  intent: "to know",
  primary_tag: "Planning",
  secondary_tags: ["Math"],
  ...change,
})
const jsonl = (...rows: ReadonlyArray<object>) => rows.map((one) => `${JSON.stringify(one)}\n`).join("")
const expected: WildBenchTask = {
  session: "a",
  messages: [
    { role: "user", content: "hi" },
    { role: "assistant", content: "" },
    { role: "user", content: "and now?" },
  ],
  checklist: ["Does it say now?"],
  primaryTag: "Planning",
  secondaryTags: ["Math"],
  intent: "to know",
  language: "English",
  references: { "gpt-4": "Now." },
}

describe("readTasks", () => {
  it.effect("reads the data set's rows from JSONL, gzip, a JSON array, parquet and a folder of them", () =>
    Effect.gen(function* () {
      const rows = [row("a")]
      const parquet = join(folder, "p.parquet")
      const table = [
        "session_id",
        "conversation_input",
        "checklist",
        "primary_tag",
        "secondary_tags",
        "intent",
        "references",
      ]
      const json = new Set(["conversation_input", "checklist", "secondary_tags", "references"])
      parquetWriteFile({
        filename: parquet,
        columnData: table.map((name) => ({
          name,
          data: rows.map((one) => (one as Record<string, unknown>)[name]),
          type: json.has(name) ? "JSON" : "STRING",
        })),
      })
      const files = [
        file("a.jsonl", jsonl(...rows)),
        file("b.jsonl.gz", gzipSync(jsonl(...rows))),
        file("c.json", JSON.stringify(rows, null, 2)),
        parquet,
      ]
      for (const path of files) assert.deepEqual(yield* good(path), [expected], path)
      mkdirSync(join(folder, "v2"))
      file("v2/test-0.jsonl", jsonl(row("a"), row("b")))
      file("v2/test-1.jsonl", jsonl(row("c")))
      const sessions = (yield* good(join(folder, "v2"))).map(({ session }) => session)
      assert.deepEqual(sessions, ["a", "b", "c"])
    }),
  )

  it.effect("names file, row and reason of what is no task", () =>
    Effect.gen(function* () {
      const bad = file(
        "bad.jsonl",
        jsonl(
          row("a"),
          row("a"),
          row("b", { checklist: [] }),
          row("c", { conversation_input: [turn("user", "hi"), turn("assistant", "yes")] }),
          row("d", { conversation_input: [turn("assistant", "hi")] }),
          row("e", { conversation_input: [turn("user", " ")] }),
          row("f", { primary_tag: null, conversation_input: "hi" }),
        ) + "{\n",
      )
      const found = yield* problems(bad)
      const reasons = [
        /bad\.jsonl:2: its session_id came before \(a in .*bad\.jsonl:1\)/,
        /bad\.jsonl:3: it is not in the WildBench schema \(checklist/,
        /bad\.jsonl:4: its last message is not the user's/,
        /bad\.jsonl:5: its roles don't alternate, starting with user \(message 1 is by assistant\)/,
        /bad\.jsonl:6: its query is blank/,
        /bad\.jsonl:7: it is not in the WildBench schema \(.*primary_tag/,
        /bad\.jsonl:8: it is not JSON/,
      ]
      assert.lengthOf(found, reasons.length)
      for (const [i, reason] of reasons.entries()) {
        assert.match(found[i] ?? "", reason)
        assert.include(found[i], "skipInvalid")
      }
      const none = yield* Effect.flip(all(file("d.json", '{"a": 1}')))
      assert.include(none.message, "no array of tasks")
    }),
  )
})

describe("the project's own tasks", () => {
  it.effect("are as their data card says", () =>
    Effect.gen(function* () {
      const tasks = yield* good(own)
      assert.lengthOf(tasks, 24)
      assert.strictEqual(
        tasks.reduce((sum, { checklist }) => sum + checklist.length, 0),
        111,
      )
      const tags = new Set(tasks.map(({ primaryTag }) => primaryTag))
      for (const { tags: known } of Object.values(categories)) assert.isTrue(known.some((tag) => tags.has(tag)))
      const known: Array<string> = Object.values(categories).flatMap((category) => [...category.tags])
      for (const { primaryTag, secondaryTags, checklist } of tasks) {
        assert.includeMembers(known, [primaryTag, ...secondaryTags])
        assert.isTrue(checklist.length >= 4 && checklist.length <= 6)
      }
      assert.lengthOf(
        tasks.filter(({ messages }) => messages.length === 3),
        2,
      )
    }),
  )
})
