import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { ArtifactStore } from "../../../src/index.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-conversations-"))
afterAll(() => rmSync(folder, { recursive: true }))
const layer = ArtifactStore.layer(folder)

/** Longer than one piece of a file, in letters of several bytes, with line ends of every kind in it. */
const records = Array.from({ length: 300 }, (_, i) => ({
  id: `c${i}`,
  user: "u",
  messages: [{ role: "user", content: `${i}: ${"é\r\n\u2028 ok 🙂".repeat(400)}` } as const],
}))

describe("records as artifacts", () => {
  it.effect("are read one by one as they were written", () =>
    Effect.gen(function* () {
      const ref = yield* conversations.write(records)
      assert.isAbove(ref.bytes, 1 << 20)
      assert.deepEqual(Chunk.toReadonlyArray(yield* Stream.runCollect(conversations.stream(ref))), records)
      assert.deepEqual(yield* conversations.read(ref), records)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("are joined in their order, into what one writing gives", () =>
    Effect.gen(function* () {
      const parts = yield* Effect.forEach([0, 100, 100, 299], (from, i) =>
        conversations.write(records.slice(from, [100, 100, 299, 300][i])),
      )
      assert.deepEqual(yield* conversations.join(parts), yield* conversations.write(records))
      assert.deepEqual(yield* conversations.join([]), yield* conversations.write([]))
    }).pipe(Effect.provide(layer)),
  )

  it.effect("that are damaged or gone fail with their place", () =>
    Effect.gen(function* () {
      const ref = yield* conversations.write(records.slice(0, 2))
      const gone = { ...ref, sha256: "0".repeat(64) as typeof ref.sha256 }
      for (const effect of [Stream.runDrain(conversations.stream(gone)), conversations.join([ref, gone])]) {
        const failure = yield* Effect.flip(effect)
        assert.strictEqual(failure.kind, "operator")
        assert.match(failure.reason, new RegExp(folder))
      }
    }).pipe(Effect.provide(layer)),
  )
})
