import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { CommandScorer } from "../../../layers/evaluation/CommandScorer.ts"
import { CommandReward, Reward } from "../../../layers/evaluation/Reward.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { FileRef } from "../../../src/domain/FileRef.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-scorer-"))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string) => join(folder, name)
/** A program that reads rollouts and writes down what it is asked; `body` answers `line`. */
const script = (name: string, body: string) => {
  const asked = file(`${name}.asked`)
  writeFileSync(asked, "")
  const indented = body.trim().replaceAll("\n", "\n    ")
  const text = `
import json, os, sys
for line in sys.stdin:
    rollout = json.loads(line)
    with open(${JSON.stringify(asked)}, "a") as log:
        log.write(rollout["prompt"] + " " + str(os.getpid()) + "\\n")
    ${indented}
`
  writeFileSync(file(name), text)
  return { path: file(name), asked: () => readFileSync(asked, "utf8").split("\n").filter(Boolean) }
}
const rewardOf = (path: string, options: Parameters<typeof Reward.command>[1] = {}) =>
  Schema.decodeSync(CommandReward)(Reward.command(["python3", FileRef.make({ path })], options))

const scoring = (journal: string, processes = 2) =>
  CommandScorer.layer({ processes }).pipe(Layer.provideMerge(CallJournal.layer(file(journal))))
const caller = { role: "judge", step: "s" } as const
const score = (reward: CommandReward, prompt: string) =>
  Effect.flatMap(CommandScorer, (scorer) => scorer.score(reward, { prompt, messages: [] }, caller))

describe("a program that scores", () => {
  it.live("gives every rollout its own score, whatever runs at once, and is asked once", () =>
    Effect.gen(function* () {
      const { path, asked } = script(
        "length.py",
        `print(json.dumps({"reward": len(rollout["prompt"]) / 100, "measures": {"length": len(rollout["prompt"])}}))`,
      )
      const reward = rewardOf(path)
      const prompts = Array.from({ length: 30 }, (_, i) => "p".repeat(i + 1))
      const all = Effect.forEach(prompts, (prompt) => score(reward, prompt), { concurrency: "unbounded" })
      const first = yield* Effect.provide(Effect.zip(all, all), scoring("length.db"))
      for (const scores of first)
        assert.deepStrictEqual(
          scores,
          prompts.map(({ length }) => ({ reward: length / 100, measures: { length } })),
        )
      const again = yield* Effect.provide(all, scoring("length.db"))
      assert.deepStrictEqual(again, first[0])
      assert.strictEqual(asked().length, 30)
      assert.isAtMost(new Set(asked().map((line) => line.split(" ")[1])).size, 2)
    }),
  )

  it.live("is started anew when it dies, and is an outage when it dies every time", () =>
    Effect.gen(function* () {
      const once = script("once.py", `print(json.dumps({"reward": 1}))\nsys.exit()`)
      const scores = yield* Effect.forEach(["a", "b", "c", "d"], (prompt) => score(rewardOf(once.path), prompt), {
        concurrency: "unbounded",
      }).pipe(Effect.provide(scoring("once.db")))
      assert.deepStrictEqual(
        scores.map((one) => "reward" in one && one.reward),
        [1, 1, 1, 1],
      )
      const never = script("never.py", `print("no model", file=sys.stderr)\nsys.exit(3)`)
      const error = yield* Effect.flip(Effect.provide(score(rewardOf(never.path), "a"), scoring("never.db")))
      assert.deepStrictEqual([error._tag, error.kind, never.asked().length], ["Unavailable", "transient", 3])
      assert.match(error.message, /exit code 3.*no model/s)
    }),
  )

  it.live(
    "is given up when it does not answer in time",
    () =>
      Effect.gen(function* () {
        const { path, asked } = script("hangs.py", `import threading\nthreading.Event().wait()`)
        const error = yield* Effect.flip(
          Effect.provide(score(rewardOf(path, { timeout: 1 }), "a"), scoring("hangs.db")),
        )
        assert.deepStrictEqual([error._tag, error.kind], ["Unavailable", "transient"])
        assert.match(error.message, /did not answer within 1 seconds/)
        assert.isAtMost(asked().length, 3)
      }),
    60_000,
  )

  it.live("that writes what is no score fails that rollout and no other", () =>
    Effect.gen(function* () {
      const { path } = script(
        "garbage.py",
        `
if rollout["prompt"] == "words": print("I like it")
elif rollout["prompt"] == "much": print(json.dumps({"reward": 7}))
elif rollout["prompt"] == "other": print(json.dumps({"id": "x", "reward": 0.5}))
elif rollout["prompt"] == "twice": print('{"reward": 0.1}\\n{"reward": 0.9}')
else: print(json.dumps({"id": rollout["id"], "reward": 0.5}))`,
      )
      const reward = rewardOf(path)
      const tried = (prompt: string) =>
        Effect.match(score(reward, prompt), {
          onSuccess: (one) => ("reward" in one ? one.reward : one.failure.reason),
          onFailure: ({ _tag, kind, message }) => `${_tag}, ${kind}: ${message.split(": ").slice(1).join(": ")}`,
        })
      // One process: what a line does to the next one shows.
      const said = yield* Effect.forEach(
        ["words", "fine", "much", "good", "other", "well", "twice", "late"],
        tried,
      ).pipe(Effect.provide(scoring("garbage.db", 1)))
      assert.deepStrictEqual([said[1], said[3], said[5], said[6]], [0.5, 0.5, 0.5, 0.1])
      assert.match(String(said[0]), /^InvalidOutput, data: not a score/)
      assert.match(String(said[2]), /^InvalidOutput, data: the reward 7 is outside of 0 to 1/)
      assert.match(String(said[4]), /^InvalidOutput, data: not a score: it answers x/)
      // The second line is never taken for the answer to the next question.
      assert.match(String(said[7]), /^InvalidOutput, data: it wrote a line before it was asked/)
    }),
  )

  it.live("whose caller left is not asked again: a late answer is nobody's", () =>
    Effect.gen(function* () {
      const { path } = script(
        "late.py",
        `
import threading
if rollout["prompt"] == "slow": threading.Event().wait(2)
print(json.dumps({"reward": 0.9 if rollout["prompt"] == "slow" else 0.1}))`,
      )
      const reward = rewardOf(path)
      const left = score(reward, "slow").pipe(Effect.timeoutOption("1 second"))
      const scores = yield* Effect.zipRight(left, score(reward, "quick")).pipe(Effect.provide(scoring("late.db", 1)))
      assert.deepStrictEqual(scores, { reward: 0.1 })
    }),
  )

  it.live("may say who failed: what the assistant did is kept, what went wrong is asked again", () =>
    Effect.gen(function* () {
      const { path, asked } = script(
        "failing.py",
        `print(json.dumps({"failure": {"by": rollout["prompt"], "reason": "because"}}))`,
      )
      const both = Effect.forEach(["assistant", "infrastructure"], (by) => Effect.either(score(rewardOf(path), by)))
      const [assistant, infrastructure] = yield* Effect.provide(both, scoring("failing.db"))
      assert.deepStrictEqual(Effect.runSync(assistant!), { failure: { by: "assistant", reason: "because" } })
      const error = Effect.runSync(Effect.flip(infrastructure!))
      assert.deepStrictEqual([error._tag, error.kind], ["InvalidOutput", "data"])
      yield* Effect.provide(both, scoring("failing.db"))
      assert.deepStrictEqual(
        asked().map((line) => line.split(" ")[0]),
        ["assistant", "infrastructure", "infrastructure"],
      )
    }),
  )

  it.live("that is not there needs a person", () =>
    Effect.gen(function* () {
      const lost = yield* Effect.flip(Effect.provide(score(rewardOf(file("lost.py")), "a"), scoring("lost.db")))
      assert.strictEqual(lost.kind, "operator")
      assert.match(lost.message, /lost\.py.*can't be read/s)
      const reward = Schema.decodeSync(CommandReward)(Reward.command(["understudy-no-such-program"]))
      const error = yield* Effect.flip(Effect.provide(score(reward, "a"), scoring("lost.db")))
      assert.strictEqual(error.kind, "operator")
      assert.match(error.message, /understudy-no-such-program.*can't be started/s)
    }),
  )

  it.live("is another one when its files change", () =>
    Effect.gen(function* () {
      const first = script("changed.py", `print(json.dumps({"reward": 0.25}))`)
      const before = yield* Effect.provide(score(rewardOf(first.path), "a"), scoring("changed.db"))
      script("changed.py", `print(json.dumps({"reward": 0.75}))`)
      const after = yield* Effect.provide(score(rewardOf(first.path), "a"), scoring("changed.db"))
      assert.deepStrictEqual([before, after], [{ reward: 0.25 }, { reward: 0.75 }])
    }),
  )
})
