import { Chunk, Effect, Either, Stream } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { conversationHash } from "../../../../layers/generation/ConversationHash.ts"
import * as CorpusFile from "../../../../layers/generation/corpus/CorpusFile.ts"
import { wildChatParquet, wildChatRow } from "../../../support/wildChatParquet.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-formats-"))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const read = async (path: string, options: CorpusFile.ReadOptions = { users: "each-row" }) => {
  const formats: Array<string> = []
  const rows = await Effect.runPromise(
    Effect.either(
      Stream.runCollect(CorpusFile.rows(path, { ...options, onFormat: (name) => void formats.push(name) })),
    ),
  )
  return { formats, rows: Either.map(rows, Chunk.toArray) }
}

const only = async (row: object, options?: CorpusFile.ReadOptions) => {
  const { formats, rows } = await read(write("one.jsonl", `${JSON.stringify(row)}\n`), options)
  const [first] = Either.getOrThrow(rows)
  assert.isDefined(first)
  return { format: formats.join(), row: Either.merge(first) as object as Record<string, unknown> }
}

const said = [
  { role: "user", content: "hi" },
  { role: "assistant", content: "hello" },
]

describe("kinds of logs", () => {
  it("WildChat keeps the labels, and the session that evaluations know it by", async () => {
    const wild = { conversation_hash: "h", conversation: said, hashed_ip: "u", language: "English", country: null }
    const { format, row } = await only(wild, { users: "hashed-ip" })
    assert.strictEqual(format, "wildchat")
    const expected = { id: "h", user: "u", messages: said, language: "English", country: null, session: "h" }
    assert.deepEqual(row, expected)
    const named = await only({ ...wild, conversation_id: "s" }, { users: "hashed-ip" })
    assert.deepInclude(named.row, { id: "h", session: "s" })
  })

  it("LMSYS-Chat-1M has no user ids", async () => {
    const row = { conversation_id: "l", model: "vicuna-13b", conversation: said, turn: 1, language: "English" }
    const refused = await only(row, { users: "hashed-ip" })
    assert.match(String(refused.row), /one\.jsonl:1: user_id is missing\. .*users: "each-row"/)
    const { format, row: kept } = await only(row)
    assert.strictEqual(format, "lmsys")
    assert.deepInclude(kept, { id: "l", user: "l", session: "l", language: "English" })
  })

  it("ShareGPT says who speaks by other names", async () => {
    const conversations = [
      { from: "system", value: "Be nice." },
      { from: "human", value: "hi" },
      { from: "gpt", value: "hello" },
    ]
    const { format, row } = await only({ id: "s_0", conversations })
    assert.strictEqual(format, "sharegpt")
    assert.deepInclude(row, { id: "s_0", messages: said })
    const tool = await only({ conversations: [{ from: "tool", value: "x" }] })
    assert.match(String(tool.row), /not in the ShareGPT schema \(conversations\.0\.from: /)
  })

  it("OpenAI messages are text or parts of text, named by their hash, without what leads as system", async () => {
    const parts = [
      { type: "text", text: "h" },
      { type: "text", text: "i" },
    ]
    const messages = [{ role: "system", content: "Be nice." }, { role: "user", content: parts }, said[1]]
    const { format, row } = await only({ messages, user_id: "u7" }, { users: "hashed-ip" })
    assert.strictEqual(format, "openai")
    assert.deepInclude(row, { id: conversationHash(said), user: "u7", messages: said })
    const image = [{ type: "image_url", image_url: { url: "x" } }]
    const seen = await only({ messages: [{ role: "user", content: image }] })
    assert.match(String(seen.row), /not in the OpenAI messages schema/)
    const late = await only({ messages: [...said, { role: "system", content: "Stop." }] })
    assert.match(String(late.row), /not in the OpenAI messages schema|roles don't alternate/)
  })

  it("PRISM goes on with the reply that the person chose", async () => {
    const history = [
      { turn: 0, role: "user", content: "hi" },
      { turn: 0, role: "model", content: "no", if_chosen: false },
      { turn: 0, role: "model", content: "hello", if_chosen: true },
    ]
    const { format, row } = await only(
      { conversation_id: "p", user_id: "user9", conversation_history: history },
      { users: "hashed-ip" },
    )
    assert.strictEqual(format, "prism")
    assert.deepInclude(row, { id: "p", user: "user9", messages: said })
    const unchosen = [...history, { turn: 1, role: "user", content: "so" }, { turn: 2, role: "user", content: "hm" }]
    const left = await only({ conversation_id: "p", user_id: "u", conversation_history: unchosen })
    assert.match(String(left.row), /roles don't alternate.*message 4 is by user/)
  })

  it("says what it looked for where it knows none of it, unless it is told", async () => {
    const path = write("other.jsonl", '{"prompt":"hi","reply":"hello"}\n')
    const { rows } = await read(path)
    const looked =
      /other\.jsonl:1: .* has the fields prompt, reply\. Looked for: wildchat \(conversation_hash, conversation\);/
    assert.match(String(Either.isLeft(rows) ? rows.left.message : ""), looked)
    const told = await read(path, { users: "each-row", format: "openai" })
    assert.match(String(Either.getOrThrow(told.rows).map(Either.merge)[0]), /not in the OpenAI messages schema/)
  })

  it("says how to write an array as rows", async () => {
    const { rows } = await read(write("array.jsonl", JSON.stringify([{ messages: said }], null, 1)))
    assert.match(String(Either.merge(Either.getOrThrow(rows)[0]!)), /it is not JSON \(the file is one array.*jq -c/)
  })
})

describe("parquet", () => {
  const rows = Array.from({ length: 10 }, (_, i) => wildChatRow(i))
  const path = write("wild.parquet", wildChatParquet(rows))

  it("gives what the same rows give as JSONL", async () => {
    const parquet = await read(path, { users: "hashed-ip" })
    assert.deepEqual(parquet.formats, ["wildchat"])
    const json = await read(write("wild.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")), {
      users: "hashed-ip",
    })
    assert.deepEqual(parquet.rows, json.rows)
  })

  it("numbers its bad rows", async () => {
    const nobody = rows.map((row, i) => (i === 4 ? { ...row, hashed_ip: null } : row))
    const { rows: bad } = await read(write("nobody.parquet", wildChatParquet(nobody)), { users: "hashed-ip" })
    const problems = Either.getOrThrow(bad).filter(Either.isLeft)
    assert.deepEqual(
      problems.map(({ left }) => [left.line, left.reason]),
      [[5, "hashed_ip is missing"]],
    )
  })

  it("that is cut off is not taken for a short one, nor a missing one for damage", async () => {
    const cut = await read(write("cut.parquet", wildChatParquet(rows).subarray(0, 900)))
    const told = Either.isLeft(cut.rows) ? cut.rows.left.message : ""
    assert.match(told, /cut\.parquet:1: the file is cut off or damaged here .*Fetch the file anew/)
    const { rows: none } = await read(join(folder, "none.parquet"))
    assert.match(String(Either.isLeft(none) ? none.left.message : ""), /can't be read after line 0: ENOENT/)
  })
})
