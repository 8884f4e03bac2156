import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { SplitResult } from "../../../src/domain/Results.ts"
import { ArtifactStore } from "../../../src/index.ts"
import * as U from "../../../workflows/index.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"
import { limitParts } from "../../../workflows/stages/limitParts.ts"
import { expectedIn } from "../../../workflows/stages/splitShares.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-limit-"))
afterAll(() => rmSync(folder, { recursive: true }))

const rows = Array.from({ length: 20 }, (_, i) => ({
  id: `c${i}`,
  user: `u${i % 5}`,
  messages: [{ role: "user" as const, content: `question ${i}` }],
}))

describe("limitParts", () => {
  it.effect("draws so many by the seed, leaves smaller parts as they are, and says so", () =>
    Effect.gen(function* () {
      const part = { conversations: yield* conversations.write(rows), count: 20, users: 5 }
      const parts = { simulator: part, assistant: part, validation: part, test: part }
      const split = SplitResult.make({ preset: "default", ...parts, dropped: [], notes: ["first"] })
      const limited = yield* limitParts(split, { simulator: 6, test: 40 }, 3)
      assert.strictEqual(limited.simulator.count, 6)
      assert.deepStrictEqual([limited.assistant, limited.test], [part, part])
      assert.deepStrictEqual(limited.notes, ["first", "Of the part simulator, 6 of 20 conversations were drawn."])
      const drawn = yield* conversations.read(limited.simulator.conversations)
      assert.strictEqual(new Set(drawn.map(({ id }) => id)).size, 6)
      assert.strictEqual(limited.simulator.users, new Set(drawn.map(({ user }) => user)).size)
      const again = yield* limitParts(split, { simulator: 6 }, 3)
      assert.deepStrictEqual(again.simulator, limited.simulator)
      const other = yield* limitParts(split, { simulator: 6 }, 4)
      assert.notDeepEqual(other.simulator, limited.simulator)
    }).pipe(Effect.provide(ArtifactStore.layer(folder))),
  )

  it("is known to plans", () => {
    const corpus = U.embeddedCorpus()
    const model = U.Model.openai("chat")
    const split = U.Split({ corpus, most: { test: 40 } })
    const intents = U.Intents({ split, model, recipe: U.labIntents, parts: ["test"] })
    assert.strictEqual(expectedIn(split, ["test"], 1000), 40)
    assert.strictEqual(expectedIn(intents, ["validation", "test"], 1000), 90)
    assert.strictEqual(expectedIn(U.Split({ corpus, preset: "lab" }), ["simulator", "assistant"], 1000), 1000)
  })
})
