import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { workspace } from "./workspace.ts"

const mount = (...args: ReadonlyArray<string>) => Effect.sync(() => execFileSync("mount", args, { stdio: "ignore" }))

/** A file system of its own at `folder` until the scope ends; none where mounting is not allowed. */
const smallDisk = (folder: string, size: string) =>
  Effect.acquireRelease(
    Effect.option(
      Effect.try(() => {
        mkdirSync(folder)
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "ignore" })
      }),
    ),
    (mounted) => Effect.sync(() => Option.map(mounted, () => execFileSync("umount", ["-l", folder]))),
  )

/** Large enough to fill a few megabytes with its journal. */
const experiment = `
  import * as U from "understudy"
  const model = U.Model.openai("tiny-2026-01-01")
  const split = U.Split({ corpus: U.embeddedCorpus() })
  export default U.Experiment.make("many", {
    grids: { main: U.Grid.make({
      axes: { seed: [1, 2] },
      experiment: ({ seed }) => U.Evaluate({
        split, seed,
        assistant: U.InitialAssistant({ model }),
        simulator: U.RolePlay({ model }),
        persona: U.Personas.plain,
        reward: { _tag: "ChecklistReward", own: false, checks: [{ kind: "words", max: 6 }] },
        conversing: { turns: 3, maxTokens: 8 },
        prompts: 3,
        samples: 60,
      }),
    }) },
  })
`

describe("a full disk", () => {
  it.scopedLive(
    "ends the run with advice; with room again it goes on, and no kept call is sent again",
    (context) =>
      Effect.gen(function* () {
        const { folder, server, write, configOf, run, ledger } = yield* workspace
        const home = join(folder, "small")
        if (Option.isNone(yield* smallDisk(home, "3m"))) return context.skip()
        const file = write("many.mjs", experiment)
        const config = configOf("few.mjs", { endpoints: { default: { url: server.url, concurrency: 16 } } })
        const refused = yield* run({ experiment: file, config, home })
        assert.strictEqual(refused.state, "failed")
        assert.match(refused.message, /is full|disk is full/)
        assert.match(refused.message, /[Ff]ree some space.* run the same command again/)
        const sent = server.arrivals.length
        assert.isAbove(sent, 100)

        yield* mount("-o", "remount,size=64m", home)
        const kept = [...(yield* ledger(home)).values()].filter(({ state }) => state === "done")
        assert.include(kept.map(({ stage }) => stage).join(" "), "Corpus")
        const ran = yield* run({ experiment: file, config, home })
        assert.strictEqual(ran.state, "done", ran.message)
        const after = yield* ledger(home)
        for (const { id, updated } of kept) assert.strictEqual(after.get(id)?.updated, updated)
        // Only what was in flight when the run ended is sent twice.
        const times = new Map<string, number>()
        for (const { hash } of server.arrivals) times.set(hash, (times.get(hash) ?? 0) + 1)
        const again = [...times.values()].filter((count) => count > 1)
        assert.isAtMost(again.length, 16)
        assert.isAtMost(Math.max(...times.values()), 2)
      }),
    240_000,
  )

  it.scopedLive(
    "that is full from the start is told at once",
    (context) =>
      Effect.gen(function* () {
        const { folder, server, run } = yield* workspace
        const home = join(folder, "tiny")
        if (Option.isNone(yield* smallDisk(home, "64k"))) return context.skip()
        const refused = yield* run({ home })
        assert.strictEqual(refused.state, "failed")
        assert.match(refused.message, /full.*[Ff]ree some space/)
        assert.deepEqual(server.arrivals, [])
        yield* mount("-o", "remount,size=64m", home)
        assert.strictEqual((yield* run({ home })).state, "done")
      }),
    60_000,
  )
})

describe("a read-only folder", () => {
  it.scopedLive(
    "is refused to a run and can be read",
    (context) =>
      Effect.gen(function* () {
        const { folder, run, read } = yield* workspace
        const home = join(folder, "frozen")
        if (Option.isNone(yield* smallDisk(home, "64m"))) return context.skip()
        assert.strictEqual((yield* run({ home })).state, "done")
        yield* mount("-o", "remount,ro", home)
        const refused = yield* run({ home })
        assert.strictEqual(refused.state, "failed")
        assert.match(refused.message, /can't be written \(EROFS\)\. Choose a home that can be with --home/)
        assert.deepEqual(yield* read({ home }), { state: "done", message: "7 steps, 0 left", said: "" })
        yield* mount("-o", "remount,rw", home)
        assert.strictEqual((yield* run({ home })).state, "done")
      }),
    60_000,
  )
})
