import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openWriter } from "../../src/journal/Database.ts"

const format = {
  version: 1,
  tables: ["CREATE TABLE IF NOT EXISTS line (text TEXT) STRICT"],
  without: "See whether `sqlite3 FILE .recover` helps.",
}
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-database-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)
const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex")

describe("a database", () => {
  it.scopedLive("that is damaged stays as it is, beside the log of a writer that was killed", () =>
    Effect.gen(function* () {
      const from = join(yield* folder, "open.db")
      const file = join(yield* folder, "killed.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { run } = yield* openWriter(from, format)
          const fill = (count: number) =>
            run("INSERT INTO line VALUES (?)", ["x".repeat(1000)]).pipe(Effect.repeatN(count))
          yield* fill(200)
          yield* run("PRAGMA wal_checkpoint(TRUNCATE)")
          yield* fill(20)
          // As a kill leaves them: what was checkpointed, and the log of the rest.
          for (const end of ["", "-wal"]) copyFileSync(`${from}${end}`, `${file}${end}`)
        }),
      )
      const descriptor = openSync(file, "r+")
      writeSync(descriptor, Buffer.alloc(8192, 0xa5), 0, 8192, Math.floor(statSync(file).size / 2))
      closeSync(descriptor)
      const before = ["", "-wal"].map((end) => sha256(`${file}${end}`))
      const refused = yield* Effect.flip(Effect.scoped(openWriter(file, format)))
      assert.strictEqual(refused.kind, "damaged")
      assert.include(
        refused.message,
        `Move it away, and its -wal file if there is one. See whether \`sqlite3 ${file} .recover\``,
      )
      assert.deepEqual(
        ["", "-wal"].map((end) => sha256(`${file}${end}`)),
        before,
      )
    }),
  )
})
