import { Chunk, Effect, Either, Stream } from "effect"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, assert, describe, it } from "vitest"
import * as CorpusFile from "../../../../layers/generation/corpus/CorpusFile.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-corpus-"))
afterAll(() => rmSync(folder, { recursive: true }))

const turn = (role: string, content: string) => ({ role, content, language: "English" })
const row = (id: string, messages = [turn("user", "hi"), turn("assistant", "hello")], hashed_ip: string | null = "u") =>
  JSON.stringify({ conversation_hash: id, conversation: messages, hashed_ip })

const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const read = (path: string, users: CorpusFile.Users = "hashed-ip") =>
  Effect.runPromise(
    Effect.either(Effect.map(Stream.runCollect(CorpusFile.conversations(path, { users })), Chunk.toArray)),
  )

const reason = async (path: string, users: CorpusFile.Users = "hashed-ip") => {
  const result = await read(path, users)
  return Either.isLeft(result) ? result.left.message.replace(folder, "") : "no error"
}

describe("CorpusFile", () => {
  it("reads JSONL and gzipped JSONL alike, with or without a last newline", async () => {
    const text = [row("a"), row("b")].join("\n")
    const plain = await read(write("plain.jsonl", text))
    assert.deepEqual(
      Either.getOrThrow(plain).map(({ id }) => id),
      ["a", "b"],
    )
    assert.deepEqual(await read(write("zip.jsonl.gz", gzipSync(`${text}\n`))), plain)
  })

  it("tells the file, the line and the reason of a bad row", async () => {
    const second = (bad: string) => write("bad.jsonl", `${row("a")}\n${bad}\n`)
    assert.match(await reason(second('{"conversation_hash":')), /^\/bad\.jsonl:2: it is not JSON \(.+\)\. Mend/)
    assert.match(
      await reason(second(row("b", [turn("assistant", "hello")]))),
      /:2: its roles don't alternate.*message 1 is by assistant/,
    )
    assert.match(await reason(second(row("b", [turn("user", " ")]))), /:2: it has an empty message \(message 1\)/)
    assert.match(
      await reason(second(row("b", [turn("tool", "x")]))),
      /:2: it is not in the WildChat schema \(conversation\.0\.role: Expected "user" \| "assistant", actual "tool"\)/,
    )
    const invalid = Buffer.concat([Buffer.from(`${row("a")}\n"`), Buffer.from([0xff, 0xfe]), Buffer.from('"\n')])
    assert.match(await reason(write("utf8.jsonl", invalid)), /:2: it is not valid UTF-8/)
  })

  it("refuses rows without user ids until each row is declared its own user", async () => {
    const path = write("nobody.jsonl", row("a", undefined, null))
    const told = await reason(path)
    assert.match(told, /:1: hashed_ip is missing\. Mend the file; .*users: "each-row".*--users each-row\.$/)
    assert.notInclude(told, "--skip-invalid")
    assert.deepEqual(
      Either.getOrThrow(await read(path, "each-row")).map(({ user }) => user),
      ["a"],
    )
  })

  it("takes numbers for user ids, as their text, where they are exact", async () => {
    const by = (user: string) => row("a").replace('"u"', user)
    const users = Either.getOrThrow(await read(write("numbers.jsonl", [by("17"), by("0"), by('"17"')].join("\n"))))
    assert.deepEqual(
      users.map(({ user }) => user),
      ["17", "0", "17"],
    )
    const large = await reason(write("large.jsonl", by("12345678901234567890")))
    assert.match(large, /:1: hashed_ip is a number too large to be read exactly\. Write ids as text, in quotes\.$/)
    assert.match(await reason(write("list.jsonl", by("[17]"))), /:1: hashed_ip is neither text nor a number\. Mend/)
    const both = write("both.jsonl", by("17").replace('"assistant"', '"tool"'))
    assert.notInclude(await reason(both), "hashed_ip")
  })

  it("counts bad rows when asked to skip them", async () => {
    const path = write("mixed.jsonl", [row("a"), "{}", row("a"), row("b")].join("\n"))
    const rows = await Effect.runPromise(Stream.runCollect(CorpusFile.rows(path, { users: "hashed-ip" })))
    assert.deepEqual(Chunk.toArray(rows).map(Either.isRight), [true, false, true, true])
  })

  it("does not take a truncated or missing file for a short one", async () => {
    const random = Array.from({ length: 3000 }, (_, i) => row(`id-${i}-${Math.sin(i)}`)).join("\n")
    const whole = gzipSync(random)
    const cut = write("cut.jsonl.gz", whole.subarray(0, whole.length / 2))
    const [place, line] =
      /^\/cut\.jsonl\.gz:(\d+): the file is cut off.*unexpected end of file/.exec(await reason(cut)) ?? []
    assert.isDefined(place)
    const good: Array<CorpusFile.Read> = []
    const collected = CorpusFile.rows(cut, { users: "hashed-ip" }).pipe(
      Stream.runForEach((row) => Effect.sync(() => good.push(row))),
    )
    const failed = await Effect.runPromise(Effect.flip(collected))
    assert.deepInclude(failed, { _tag: "DamagedFile", line: Number(line) })
    assert.match(failed.message, /Fetch the file anew: what follows can't be read\.$/)
    assert.isTrue(good.every(Either.isRight))
    assert.strictEqual(good.length, Number(line) - 1)
    assert.isAbove(good.length, 100)
    assert.match(await reason(write("empty.jsonl.gz", "")), /empty\.jsonl\.gz:1: the file is cut off/)
    assert.match(await reason(join(folder, "none.jsonl")), /none\.jsonl can't be read after line 0: ENOENT/)
  })

  const real = join(import.meta.dirname, "../../../../../shared/data/conversations.jsonl.gz")
  it.runIf(existsSync(real))("reads every row of a real log", async () => {
    const rows = Either.getOrThrow(await read(real, "each-row"))
    assert.strictEqual(rows.length, 600)
    assert.strictEqual(new Set(rows.map(({ user }) => user)).size, rows.length)
    assert.isAbove(readFileSync(real).length, 0)
  })
})
