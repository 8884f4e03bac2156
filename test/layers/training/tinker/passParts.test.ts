import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { joinPasses, passLimits, passParts } from "../../../../layers/training/tinker/passParts.ts"
import type { Datum } from "../../../../src/domain/Datum.ts"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import { adam, model, policyDatum, supervised, trainerOf } from "./tinkerFixtures.ts"

/** Of `length` tokens, told apart by its first. */
const datumOf = (length: number, first: number): Datum => ({
  modelInput: Array.from({ length }, (_, at) => first + at),
  targetTokens: Array.from({ length }, (_, at) => first + at + 1),
  mask: Array.from({ length }, () => 1),
})
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 })
const limits = fc.record({ datums: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 400 }) })
const bytesOf = ({ modelInput: { length } }: Datum) => 16 * length

describe("passParts", () => {
  it.prop("keep order and limits, and none could be joined to the one before", [lengths, limits], ([all, limit]) => {
    const datums = all.map((length, i) => datumOf(length, 10 * i))
    const parts = passParts(datums, limit)
    assert.deepEqual(parts.flat(), datums)
    for (const [i, part] of parts.entries()) {
      const bytes = part.reduce((sum, datum) => sum + bytesOf(datum), 0)
      assert.isTrue(part.length === 1 || (part.length <= limit.datums && bytes <= limit.bytes))
      const [next] = parts[i + 1] ?? []
      if (next === undefined) continue
      assert.isTrue(part.length === limit.datums || bytes + bytesOf(next) > limit.bytes)
    }
  })

  it("are the SDK's: 1024 datums, or 5 MB", () => {
    assert.lengthOf(passParts(Array.from({ length: 1024 }, () => policyDatum)), 1)
    assert.deepEqual(
      passParts(Array.from({ length: 2050 }, () => policyDatum)).map(({ length }) => length),
      [1024, 1024, 2],
    )
    const long = datumOf(100_000, 0)
    assert.deepEqual(
      passParts([long, long, long, long]).map(({ length }) => length),
      [3, 1],
    )
    assert.deepEqual(passLimits, { datums: 1024, bytes: 5_000_000 })
  })
})

describe("joinPasses", () => {
  const partOf = (values: ReadonlyArray<number>) => {
    const outputs = values.map((value) => ({ logprobs: [value] }))
    const sum = values.reduce((total, value) => total + value, 0)
    const least = Math.min(...values)
    return { outputs, metrics: { "loss:sum": sum, "loss:mean": sum / values.length, "loss:min": least, odd: 1 } }
  }

  it.prop("gives the whole one's outputs and metrics", [lengths, limits], ([values, { datums }]) => {
    const parts = Array.from({ length: Math.ceil(values.length / datums) }, (_, i) =>
      values.slice(i * datums, (i + 1) * datums),
    )
    const whole = partOf(values)
    const joined = joinPasses(parts.map(partOf))
    assert.deepEqual(joined.outputs, whole.outputs)
    for (const name of ["loss:sum", "loss:mean", "loss:min"] as const)
      assert.closeTo(joined.metrics[name] ?? Number.NaN, whole.metrics[name], 1e-9)
    // Nobody knows how to join it.
    assert.strictEqual("odd" in joined.metrics, parts.length === 1)
  })
})

describe("a pass that is too large for one request", () => {
  const datums = Array.from({ length: 7 }, (_, i) => datumOf(2 + i, 20 * i))
  const trained = (url: string, datumsAtOnce: number) =>
    Effect.gen(function* () {
      const trainer = yield* trainerOf(url, { limits: { datums: datumsAtOnce, bytes: 1e9 } })
      const live = yield* trainer.createModel(model)
      const first = yield* live.forward(datums, supervised)
      const [pass] = yield* Effect.all([live.forwardBackward(datums, supervised), live.optimStep(adam)], {
        concurrency: 2,
      })
      return { live, first, pass, after: yield* live.forward(datums, supervised) }
    })

  it.scopedLive("goes out in parts under consecutive numbers, before the step, and comes to the same", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const whole = yield* trained(server.url, 7)
      const before = server.passes.length
      const parts = yield* trained(server.url, 3)
      for (const name of ["first", "pass", "after"] as const) {
        assert.deepEqual(parts[name].outputs, whole[name].outputs)
        assert.closeTo(parts[name].metrics["loss:sum"] ?? 0, whole[name].metrics["loss:sum"] ?? 1, 1e-6)
      }
      const weights = ({ live }: typeof whole) => server.state.models.get(live.id)?.weights
      assert.deepEqual(weights(parts), weights(whole))
      const sent = server.passes.slice(before).map(({ seqId, datums }) => [seqId, datums.length])
      // Number 7 is the step.
      assert.deepEqual(sent, [
        [1, 3],
        [2, 3],
        [3, 1],
        [4, 3],
        [5, 3],
        [6, 1],
        [8, 3],
        [9, 3],
        [10, 1],
      ])
    }),
  )

  it.scopedLive("is one request where its outcome is unknown: made again whole, or nothing else is carried out", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url, { limits: { datums: 3, bytes: 1e9 } })
      const live = yield* trainer.createModel(model)
      // The first part is accepted; then nothing comes through.
      let broken = true
      server.down((route) => broken && route === "forward_backward" && server.count(route) > 1)
      const failed = yield* Effect.flip(live.forwardBackward(datums, supervised))
      assert.strictEqual(failed._tag, "TrainerUnavailable")
      broken = false
      assert.strictEqual((yield* Effect.flip(live.optimStep(adam)))._tag, "ModelLost")
      assert.strictEqual((yield* Effect.flip(live.forwardBackward(datums.slice(1), supervised)))._tag, "ModelLost")
      const { outputs } = yield* live.forwardBackward(datums, supervised)
      assert.lengthOf(outputs, 7)
      yield* live.optimStep(adam)
      const { applied } = server.state.models.get(live.id)?.weights ?? { applied: [] }
      assert.lengthOf(applied, 1)
      assert.lengthOf(applied[0] ?? [], 7)
    }),
  )

  it.scopedLive("leaves the model in doubt where one part was refused and others were not", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url, { limits: { datums: 3, bytes: 1e9 } })
      const live = yield* trainer.createModel(model)
      server.fault("forward_backward", undefined, { kind: "reply", status: 422, body: { detail: "too long" } })
      const refused = yield* Effect.flip(live.forwardBackward(datums, supervised))
      assert.strictEqual(refused._tag, "TrainerRejected")
      assert.strictEqual((yield* Effect.flip(live.optimStep(adam)))._tag, "ModelLost")
    }),
  )
})
