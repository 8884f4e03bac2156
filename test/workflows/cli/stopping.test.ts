/** How a run ends before its time, by the real command line. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { ProcessLock } from "../../../src/index.ts"
import { evaluated, runningHome } from "./runningHome.ts"

const patient = 600_000

/** Every second request hangs, so that the run can only be stopped. */
const stuck = (server: { readonly arrivals: ReadonlyArray<unknown> }) => () =>
  server.arrivals.length % 2 === 0 ? ({ kind: "hang" } as const) : undefined

describe("a run that is stopped", () => {
  it.scopedLive(
    "by Ctrl-C ends in order, names the command that goes on, and loses no answer",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        test.behave = stuck(test.server)
        const run = yield* test.start("run", evaluated, "--concurrency", "2")
        yield* test.server.reached(20)
        yield* run.signalGroup("SIGINT")
        const { status, stderr } = yield* run.ended
        assert.strictEqual(status, 130, stderr)
        assert.include(stderr, "Stopped in order")
        assert.match(stderr, /node \S*bin\/understudy\.js run \S*evaluated\.ts --concurrency 2 --home/)

        const answered = new Set(test.server.arrivals.filter((_, i) => (i + 1) % 2 === 1).map(({ hash }) => hash))
        const before = test.server.arrivals.length
        test.behave = () => undefined
        const again = yield* test.cli("run", evaluated, "--json")
        assert.strictEqual(again.status, 0, again.stderr)
        assert.strictEqual(JSON.parse(again.stdout).state, "done")
        const repeated = test.server.arrivals.slice(before).filter(({ hash }) => answered.has(hash))
        assert.lengthOf(repeated, 0)
      }),
    patient,
  )

  it.scopedLive(
    "by the death of its wrapper ends too",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        test.behave = () => ({ kind: "hang" })
        const run = yield* test.start("run", evaluated)
        yield* test.server.reached(4)
        yield* run.signal("SIGKILL")
        const { stderr } = yield* run.ended
        assert.include(stderr, "Stopped in order")
        const free = Effect.map(ProcessLock.holderOf(test.home), ({ _tag }) => _tag === "None")
        yield* Effect.repeat(free, { until: (is) => is, schedule: Schedule.spaced("100 millis") })
      }),
    patient,
  )

  it.scopedLive(
    "by `cancel` ends with 130; where nothing runs, that is said",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        const idle = yield* test.cli("cancel")
        assert.strictEqual(idle.status, 0)
        assert.match(idle.stdout, /^Nothing runs in /)

        test.behave = () => ({ kind: "hang" })
        const run = yield* test.start("run", evaluated)
        yield* test.server.reached(4)
        const cancelled = yield* test.cli("cancel", "--json")
        assert.strictEqual(cancelled.status, 0, cancelled.stderr)
        assert.deepInclude(JSON.parse(cancelled.stdout), { cancelled: true })
        assert.strictEqual((yield* run.ended).status, 130)
      }),
    patient,
  )
})
