/** What `retry --failures` makes of conversations that the simulator's useless answers ended. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import { SimulationResult } from "../../../src/domain/Results.ts"
import { Home } from "../../../src/index.ts"
import type { Driver } from "../../../src/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { retrySteps } from "../../../workflows/retrySteps.ts"
import { asked, userTemperature } from "./asked.ts"
import { faultWorld, text } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"

const names = ["good-0", "good-1", "bad-0", "good-2"]

const babbling = Effect.gen(function* () {
  const world = yield* faultWorld
  world.script.now = ({ side, name }) => (side === "simulator" && name === "bad-0" ? text("tea, please") : undefined)
  /** As the command line does it: in the ledger first, then run. */
  const again = (held: ReturnType<typeof heldStudy>) =>
    Effect.gen(function* () {
      yield* Effect.provide(
        retrySteps(held.study.graph, { ids: [], failures: true }, () => Effect.void),
        Home.Home.layer(join(world.folder, "home")),
      ).pipe(Effect.scoped)
      const before = world.server.arrivals.length
      const outcomes = yield* world.run(held.study)
      return { outcomes, sent: world.server.arrivals.slice(before) }
    })
  return { ...world, again }
})

const simulation = (outcomes: ReadonlyMap<string, Driver.Outcome>, id: string) => {
  const outcome = outcomes.get(id)
  return outcome?._tag === "Done"
    ? Schema.validateSync(SimulationResult)(outcome.output)
    : assert.fail(JSON.stringify(outcome))
}

describe("retry --failures", () => {
  it.scopedLive(
    "asks on where a step was suspended for its missing conversations, and only there",
    () =>
      Effect.gen(function* () {
        const { run, script, server, again } = yield* babbling
        const held = heldStudy(names, { maxFailureShare: 0.2 })
        const outcome = (yield* run(held.study)).get(held.simulate)
        if (outcome?._tag !== "Suspended") return assert.fail(JSON.stringify(outcome))
        assert.strictEqual(outcome.failures[0]?.kind, "data")
        assert.match(outcome.failures[0]?.reason ?? "", /1 of 4 rollouts failed: simulator: invalid output \(1\)/)
        assert.match(outcome.failures[0]?.advice ?? "", /understudy retry --failures/)
        const babble = server.arrivals.filter((arrival) => asked(arrival).name === "bad-0")
        assert.lengthOf(babble, 1 + 6)

        script.now = () => undefined
        const { outcomes, sent } = yield* again(held)
        const { endings, refusals, failures } = simulation(outcomes, held.simulate)
        assert.deepEqual([endings, failures], [[{ ending: "turn-limit", count: 4 }], []])
        assert.deepEqual(refusals, [{ reason: "invalid reply", count: 6 }])
        // The seventh draw of one turn, and what comes after it.
        assert.lengthOf(sent, 4)
        assert.isTrue(sent.every((arrival) => asked(arrival).name === "bad-0"))
        assert.closeTo(Number(sent[0]?.body["temperature"]), userTemperature + 6 * 0.05, 1e-9)
      }),
    120_000,
  )

  it.scopedLive(
    "asks on where a step went on without them; the others stay as they were",
    () =>
      Effect.gen(function* () {
        const { run, reading, script, again } = yield* babbling
        const held = heldStudy(names, { maxFailureShare: 0.25 })
        const first = simulation(yield* run(held.study), held.simulate)
        assert.deepEqual(first.failures, [{ by: "infrastructure", reason: "simulator: invalid output", count: 1 }])
        const still = yield* again(held)
        // Six more, as useless as the first.
        assert.lengthOf(still.sent, 6)
        assert.deepEqual(simulation(still.outcomes, held.simulate).refusals, [{ reason: "invalid reply", count: 12 }])

        script.now = () => undefined
        const { outcomes, sent } = yield* again(held)
        assert.lengthOf(sent, 4)
        const last = simulation(outcomes, held.simulate)
        assert.deepEqual(last.failures, [])
        const good = (ref: typeof last.transcripts) =>
          Effect.map(reading(rollouts.read(ref)), (all) => all.filter(({ prompt }) => prompt !== "bad-0"))
        assert.deepEqual(yield* good(last.transcripts), yield* good(first.transcripts))
      }),
    120_000,
  )
})
