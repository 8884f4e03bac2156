import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { hashPath } from "../../workflows/hashPath.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-hash-"))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
const hash = (name = "") => hashPath(join(folder, name), new AbortController().signal)

describe("hashPath", () => {
  it("is a file's SHA-256", async () => {
    write("one.jsonl", "hello")
    assert.strictEqual(await hash("one.jsonl"), createHash("sha256").update("hello").digest("hex"))
  })

  it("changes with what is below a folder and with its name, not with hidden files", async () => {
    mkdirSync(join(folder, "logs/data"), { recursive: true })
    write("logs/data/b.jsonl", "b")
    write("logs/a.jsonl", "a")
    const before = await hash("logs")
    write("logs/.DS_Store", "x")
    assert.strictEqual(await hash("logs"), before)
    write("logs/data/b.jsonl", "c")
    const changed = await hash("logs")
    assert.notStrictEqual(changed, before)
    renameSync(join(folder, "logs/data/b.jsonl"), join(folder, "logs/data/d.jsonl"))
    assert.notStrictEqual(await hash("logs"), changed)
  })
})
