import { Deferred, Effect, Exit, Fiber, Option } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { InvalidOutput, RateLimited } from "../../src/domain/LlmError.ts"
import { CallMeter, makeCallMeter } from "../../src/journal/CallMeter.ts"
import { answering, callOf, keyOf, sent, withJournal } from "./journalFixtures.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-journal-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string) => join(folder, `${name}.db`)

const limited = RateLimited.make({ endpoint: "local", model: "m", detail: "slow down" })

describe("CallJournal", () => {
  it("answers a kept call without sending, also after it was closed", async () => {
    const first = await withJournal(file("hits"), (journal) => journal.call(answering("a")))
    assert.deepEqual(first, { key: keyOf("a"), source: "sent", ...sent("answer to a") })
    const never = callOf("a", () => Effect.dieMessage("sent"))
    const [again, totals] = await withJournal(file("hits"), (journal) =>
      Effect.zip(journal.call(never), Effect.zipRight(journal.call(never), journal.totals)),
    )
    assert.deepEqual(again, { ...first, source: "journal" })
    assert.deepInclude(totals[0], { step: "Rollout/v1-a", calls: 1, hits: 2, promptTokens: 10, micros: 7 })
  })

  it("tells a meter what a piece of work used, by role: each call once, also those that it had kept", async () => {
    const used = withJournal(file("metered"), (journal) => {
      const meter = makeCallMeter()
      const judge = { role: "judge", unpriced: true } as const
      const free = callOf("free", () => Effect.succeed({ ...sent("free"), micros: 0 }), judge)
      const work = Effect.all(
        [answering("a"), answering("a"), answering("b"), answering("c", judge), free].map(journal.call),
        { concurrency: "unbounded" },
      )
      const before = journal.call(answering("elsewhere"))
      return Effect.as(Effect.zip(before, Effect.provideService(work, CallMeter, meter)), meter).pipe(
        Effect.map(({ byRole }) => byRole()),
      )
    })
    const expected = {
      assistant: { promptTokens: 20, completionTokens: 10, dollars: 14e-6 },
      // One of them has no price, so nobody knows what they come to.
      judge: { promptTokens: 20, completionTokens: 10 },
    }
    assert.deepEqual(await used, expected)
    const again = await withJournal(file("metered"), (journal) => {
      const meter = makeCallMeter()
      const paid = callOf("c", () => Effect.dieMessage("sent"), { role: "judge", unpriced: true })
      return Effect.provideService(journal.call(paid), CallMeter, meter).pipe(Effect.map(() => meter.byRole()))
    })
    assert.deepEqual(again, { judge: { promptTokens: 10, completionTokens: 5, dollars: 7e-6 } })
  })

  it("shares one request among 100 equal calls at once", async () => {
    let sends = 0
    const answers = await withJournal(file("joins"), (journal) =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const call = callOf("j", (sending) =>
          Effect.gen(function* () {
            sends++
            yield* Effect.orDie(sending.begin)
            yield* Deferred.await(gate)
            return sent("shared")
          }),
        )
        const fibers = yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.fork(journal.call(call)))
        yield* Effect.yieldNow()
        yield* Deferred.succeed(gate, undefined)
        return yield* Fiber.join(Fiber.all(fibers))
      }),
    )
    assert.strictEqual(sends, 1)
    assert.deepEqual(new Set(answers.map(({ answer }) => answer)), new Set(["shared"]))
    assert.strictEqual(answers.filter(({ source }) => source === "joined").length, 99)
  })

  it("interrupts the request with its last waiter, not before, and counts it at its worst", async () => {
    const [joined, left, totals, failures, again] = await withJournal(file("leaving"), (journal) =>
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const stopped = yield* Deferred.make<void>()
        const call = callOf(
          "l",
          (sending) =>
            Effect.orDie(sending.begin).pipe(
              Effect.zipRight(Deferred.succeed(begun, undefined)),
              Effect.zipRight(Effect.never),
              Effect.onInterrupt(() => Deferred.succeed(stopped, undefined)),
            ),
          { worstMicros: 99 },
        )
        const first = yield* Effect.fork(journal.call(call))
        yield* Deferred.await(begun)
        const second = yield* Effect.fork(journal.call(call))
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(first)
        const joined = yield* Deferred.isDone(stopped)
        yield* Fiber.interrupt(second)
        const left = yield* Deferred.isDone(stopped)
        const again = yield* journal.call(answering("l"))
        return [joined, left, yield* journal.totals, yield* journal.failures, again] as const
      }),
    )
    assert.deepEqual([joined, left, again.source], [false, true, "sent"])
    assert.deepInclude(totals[0], { calls: 1, failures: 1, failedMicros: 99 })
    assert.deepInclude(failures[0], { reason: "Interrupted", count: 1, micros: 99 })
  })

  it("keeps failures apart: every waiter sees the error, a later call sends again", async () => {
    let sends = 0
    const failing = callOf("f", (sending) =>
      Effect.gen(function* () {
        sends++
        yield* Effect.orDie(sending.begin)
        yield* Effect.orDie(sending.failed(InvalidOutput.make({ endpoint: "e", model: "m", detail: "no JSON" }), 3))
        yield* Effect.orDie(sending.begin)
        return yield* limited
      }),
    )
    const exits = await withJournal(file("failures"), (journal) =>
      Effect.all(
        [1, 2].map(() => Effect.exit(journal.call(failing))),
        { concurrency: 2 },
      ),
    )
    assert.deepEqual(exits, [Exit.fail(limited), Exit.fail(limited)])
    assert.strictEqual(sends, 1)
    const [answer, failures, totals] = await withJournal(file("failures"), (journal) =>
      Effect.all([journal.call(answering("f")), journal.failures, journal.totals]),
    )
    assert.strictEqual(answer.source, "sent")
    assert.deepEqual(
      failures.map(({ reason, errorKind, count, micros }) => [reason, errorKind, count, micros]),
      [
        ["InvalidOutput", "data", 1, 3],
        ["RateLimited", "transient", 1, 0],
      ],
    )
    assert.deepInclude(totals[0], { calls: 1, failures: 2, failedMicros: 3 })
  })

  it("keeps an answer whose last waiter left while it was being written", async () => {
    const found = await withJournal(file("late"), (journal) =>
      Effect.gen(function* () {
        const answered = yield* Deferred.make<void>()
        const call = callOf("late", (sending) =>
          Effect.orDie(sending.begin).pipe(
            Effect.zipRight(Deferred.succeed(answered, undefined)),
            Effect.as(sent("x")),
          ),
        )
        const fiber = yield* Effect.fork(journal.call(call))
        yield* Deferred.await(answered)
        yield* Fiber.interrupt(fiber)
        return yield* journal.find(keyOf("late"))
      }),
    )
    assert.strictEqual(Option.getOrThrow(found).answer, "x")
  })

  it("offline sends nothing and names the call that is missing", async () => {
    await withJournal(file("offline"), (journal) => journal.call(answering("kept")))
    const [kept, miss] = await withJournal(
      file("offline"),
      (journal) =>
        Effect.all([
          journal.call(answering("kept")),
          Effect.flip(journal.call(callOf("new", () => Effect.die("sent")))),
        ]),
      { offline: true },
    )
    assert.strictEqual(kept.source, "journal")
    assert.match(miss.message, /call [0-9a-f]{64} of assistant to m@1 in step Rollout\/v1-a.*without --offline/)
  })

  it("gives back long bodies whole", async () => {
    const long = "the user says that 🙂 ".repeat(500)
    const call = callOf("long", () => Effect.succeed(sent(long)), { request: { messages: [long] } })
    await withJournal(file("long"), (journal) => journal.call(call))
    const [hit, found] = await withJournal(file("long"), (journal) =>
      Effect.all([journal.call(call), journal.find(call.key)]),
    )
    assert.strictEqual(hit.answer, long)
    assert.deepInclude(Option.getOrThrow(found), { request: { messages: [long] }, answer: long, step: "Rollout/v1-a" })
  })

  it("adds up by step, role and model, and knows which answers a step used", async () => {
    const b = { step: "Judge/v1-b", role: "judge" } as const
    const [totals, own, used] = await withJournal(file("totals"), (journal) =>
      Effect.gen(function* () {
        for (const name of ["1", "2", "3"]) yield* journal.call(answering(name))
        yield* journal.call(answering("4", b))
        yield* journal.call(answering("2", b))
        yield* journal.call(answering("5"))
        return [yield* journal.totals, yield* journal.keysOf("Rollout/v1-a"), yield* journal.keysOf(b.step)] as const
      }),
    )
    assert.deepEqual(
      totals.map(({ step, role, calls, hits, completionTokens, micros }) => [
        step,
        role,
        calls,
        hits,
        completionTokens,
        micros,
      ]),
      [
        ["Rollout/v1-a", "assistant", 4, 0, 20, 28],
        ["Judge/v1-b", "judge", 1, 1, 5, 7],
      ],
    )
    assert.deepEqual(own, ["1", "2", "3", "5"].map(keyOf))
    assert.deepEqual(used, ["2", "4"].map(keyOf))
  })
})
