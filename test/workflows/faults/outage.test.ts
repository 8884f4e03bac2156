/** An endpoint that goes down in the middle of conversations. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { EvaluationResult, SimulationResult } from "../../../src/domain/Results.ts"
import { CallJournal } from "../../../src/index.ts"
import type { Driver } from "../../../src/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import { faultWorld } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"

const names = Array.from({ length: 12 }, (_, i) => `thing-${i}`)
const held = heldStudy(names)
const down: Fault = { kind: "reply", status: 503, body: { error: { message: "out for lunch" } } }
/** Of the 60 requests that the conversations need. */
const middle = 25
const needed = names.length * 5

const outputOf = <A, I>(outcomes: Outcomes, id: string, schema: Schema.Schema<A, I>) => {
  const outcome = outcomes.get(id)
  return outcome?._tag === "Done"
    ? Schema.validateSync(schema)(outcome.output)
    : assert.fail(`${id}: ${JSON.stringify(outcome)}`)
}

type Outcomes = ReadonlyMap<string, Driver.Outcome>

/** A world whose endpoint is down from a request in the middle on, for so many milliseconds. */
const interrupted = (millis: () => number) =>
  Effect.gen(function* () {
    const world = yield* faultWorld
    const seen = { answered: [] as Array<string>, failed: [] as Array<number>, since: -1 }
    world.script.now = (_, { hash }) => {
      if (seen.answered.length === middle && seen.since < 0) seen.since = world.time.now()
      const isDown = seen.since >= 0 && world.time.now() < seen.since + millis()
      if (isDown) seen.failed.push(world.time.now() - seen.since)
      else seen.answered.push(hash)
      return isDown ? down : undefined
    }
    const transcripts = (outcomes: Outcomes) =>
      world.reading(
        Effect.all([
          rollouts.read(outputOf(outcomes, held.simulate, SimulationResult).transcripts),
          rollouts.read(outputOf(outcomes, held.evaluate, EvaluationResult).transcripts),
        ]),
      )
    return { ...world, seen, transcripts }
  })

const undisturbed = Effect.gen(function* () {
  const { run, transcripts } = yield* interrupted(() => 0)
  return yield* transcripts(yield* run(held.study))
})

describe("an outage of two minutes", () => {
  it.scopedLive(
    "is waited out with a few probes, and changes nothing in the conversations",
    () =>
      Effect.gen(function* () {
        const { run, seen, time, transcripts, reading } = yield* interrupted(() => 120_000)
        const outcomes = yield* run(held.study)
        assert.isAtLeast(time.now(), 120_000)
        // Those that were under way, then one at a time: after 1, 2, 4, 8, 16, 32 and 60 seconds.
        const probes = seen.failed.filter((at) => at >= 900)
        assert.isAtLeast(probes.length, 3)
        assert.isAtMost(probes.length, 9)
        assert.isAtMost(seen.failed.length, names.length + 12)
        assert.strictEqual(new Set(seen.answered).size, needed)
        assert.lengthOf(seen.answered, needed)
        assert.deepEqual(yield* transcripts(outcomes), yield* undisturbed)
        const { endings } = outputOf(outcomes, held.simulate, SimulationResult)
        assert.deepEqual(endings, [{ ending: "turn-limit", count: names.length }])
        const failures = yield* reading(Effect.flatMap(CallJournal, (journal) => journal.failures))
        assert.strictEqual(
          failures.reduce((sum, { count }) => sum + count, 0),
          seen.failed.length,
        )
      }),
    120_000,
  )
})

describe("an outage beyond the patience", () => {
  it.scopedLive(
    "suspends what met it and tells why; the same run goes on later and pays nothing twice",
    () =>
      Effect.gen(function* () {
        const { run, script, seen, time, transcripts } = yield* interrupted(() => Infinity)
        const first = yield* run(held.study, { patience: "10 minutes" })
        for (const id of [held.simulate, held.evaluate]) {
          const outcome = first.get(id)
          if (outcome?._tag !== "Suspended") return assert.fail(JSON.stringify(outcome))
          for (const { kind, reason } of outcome.failures) {
            assert.strictEqual(kind, "transient")
            assert.match(reason, /did not answer: 503 out for lunch/)
          }
        }
        assert.strictEqual(first.get(held.report)?._tag, "Blocked")
        assert.isAtLeast(time.now(), 600_000)
        assert.isBelow(time.now(), 2 * 600_000)
        assert.lengthOf(seen.answered, middle)

        script.now = (_, { hash }) => {
          seen.answered.push(hash)
          return undefined
        }
        const second = yield* run(held.study)
        assert.isTrue([...second.values()].every(({ _tag }) => _tag === "Done"))
        assert.strictEqual(new Set(seen.answered).size, needed)
        assert.lengthOf(seen.answered, needed)
        assert.deepEqual(yield* transcripts(second), yield* undisturbed)
      }),
    120_000,
  )
})
