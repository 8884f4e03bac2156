import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { SimulationResult } from "../../../src/domain/Results.ts"
import { Schema } from "effect"
import { faultWorld, text } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"

const names = Array.from({ length: 51 }, (_, i) => `n-${i}`)

describe("the share that may fail", () => {
  it.scopedLive(
    "is of the whole step, and not of the batch that a failure falls into",
    () =>
      Effect.gen(function* () {
        const world = yield* faultWorld
        const study = (maxFailureShare: number) => heldStudy(names, { conversing: { turns: 2 }, maxFailureShare })
        const first = study(0.05)
        const whole = (yield* world.run(first.study)).get(first.simulate)
        if (whole?._tag !== "Done") return assert.fail(JSON.stringify(whole))
        const { transcripts } = Schema.validateSync(SimulationResult)(whole.output)
        const last = (yield* world.reading(rollouts.read(transcripts))).at(-1)?.prompt
        world.script.now = ({ side, name }) => (side === "simulator" && name === last ? text("}{") : undefined)
        const second = study(0.05)
        const one = (yield* world.run(second.study, { home: "other" })).get(second.simulate)
        assert.strictEqual(one?._tag, "Done")
        const third = study(0.01)
        const strict = (yield* world.run(third.study, { home: "third" })).get(third.simulate)
        assert.strictEqual(strict?._tag, "Suspended")
        assert.include(JSON.stringify(strict), "1 of 51 rollouts failed")
      }),
    120_000,
  )
})
