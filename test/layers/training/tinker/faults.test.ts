/** Whatever happens on the way, every gradient is applied once, and the numbers are those of a run without faults. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import type { Fault, ScriptedTinker } from "../../../support/ScriptedTinker.ts"
import { adam, datum, model, question, quick, supervised, trainerOf } from "./tinkerFixtures.ts"

const patient = { ...quick, patience: "20 seconds", exchange: "20 seconds" } as const

/** Three steps of two passes each, sampled after each and saved at the end. */
const training = Effect.fnUntraced(function* (server: ScriptedTinker) {
  const trainer = yield* trainerOf(server.url, { timing: patient, limits: { datums: 2, bytes: 1e9 } })
  return yield* Effect.gen(function* () {
    const live = yield* trainer.createModel(model)
    const steps = yield* Effect.forEach([1, 2, 3], (step) =>
      Effect.gen(function* () {
        const datums = [1, 2, 3].map((i) => ({ ...datum, mask: [i, step, 1] }))
        const passes = [live.forwardBackward(datums, supervised), live.forwardBackward([datum], supervised)] as const
        const [first, second] = yield* Effect.all([...passes, live.optimStep(adam)], { concurrency: 3 })
        const path = yield* live.saveForSampler(`s${step}`)
        const samples = yield* trainer.sampler({ path }).sample({ ...question, numSamples: 2 })
        return { first, second, samples }
      }),
    )
    const saved = server.state.checkpoints.get(yield* live.saveState("end"))
    return { steps, applied: saved?.applied, hash: saved?.hash, requests: server.state.models.get(live.id)?.requests }
  }).pipe(Effect.scoped)
})

const undisturbed = Effect.scoped(Effect.flatMap(scriptedTinker(), training))

const reply = (status: number, body: unknown = { detail: `status ${status}` }, headers = {}): Fault => ({
  kind: "reply",
  status,
  body,
  headers,
})
const cuts: ReadonlyArray<Fault> = [
  { kind: "drop-before" },
  { kind: "drop-after" },
  { kind: "duplicate" },
  { kind: "delay", millis: 4 },
]
const busy: ReadonlyArray<Fault> = [
  reply(408),
  reply(408, { queue_state: "paused_capacity" }),
  reply(429, undefined, { "retry-after": "0" }),
  reply(402),
  ...[500, 502, 503].map((status) => reply(status, "<html>")),
]
const notYet: ReadonlyArray<Fault> = [
  reply(200, { type: "try_again", request_id: "1", queue_state: "active" }),
  reply(200, { type: "try_again", request_id: "1", queue_state: "paused_rate_limit" }),
  reply(200, { status: "complete_metadata", response_payload_size: 3 }),
]
/** A few of these in a row are believed. */
const gone: ReadonlyArray<Fault> = [reply(400), reply(404, { detail: "Future not found" }), reply(410)]

const submitted = ["forward_backward", "optim_step", "save_weights", "save_weights_for_sampler", "asample"] as const
const every: ReadonlyArray<readonly [string, Fault]> = [
  ...submitted.flatMap((route) => [...cuts, ...busy, reply(425)].map((fault) => [route, fault] as const)),
  ...[...cuts, ...busy, ...notYet, ...gone].map((fault) => ["retrieve_future", fault] as const),
]
const named = ([route, fault]: readonly [string, Fault]) =>
  `${route}: ${fault.kind === "reply" ? `${fault.status} ${JSON.stringify(fault.body)}` : fault.kind}`

describe("a single fault", () => {
  it.scopedLive(
    "changes nothing, whichever it is and wherever it comes",
    () =>
      Effect.gen(function* () {
        const expected = yield* undisturbed
        assert.lengthOf(expected.applied ?? [], 3)
        for (const step of expected.applied ?? []) assert.lengthOf(step, 4)
        for (const one of every) {
          const server = yield* scriptedTinker()
          server.fault(one[0], undefined, one[1], undefined, one[1])
          assert.deepEqual(yield* training(server), expected, named(one))
        }
      }),
    300_000,
  )
})

describe("any sequence of faults", () => {
  it.live(
    "leaves the applied gradients, the log-probabilities and the samples as they are without",
    () =>
      Effect.gen(function* () {
        const expected = yield* undisturbed
        const sequences = fc.array(
          fc.constantFrom(...every, ...every.filter(([route]) => route === "retrieve_future")),
          {
            minLength: 3,
            maxLength: 40,
          },
        )
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(sequences, (faults) =>
              Effect.gen(function* () {
                const server = yield* scriptedTinker()
                let believed = 0
                for (const [route, fault] of faults) {
                  if (gone.includes(fault) && ++believed > 3) continue
                  server.fault(route, fault)
                }
                assert.deepEqual(yield* training(server), expected)
              }).pipe(Effect.scoped, Effect.runPromise),
            ),
            { numRuns: 25, seed: 5 },
          ),
        )
      }),
    300_000,
  )
})

describe("what can't be mended by asking again", () => {
  it.scopedLive("is a conflict where another client trains the same model, and nothing of it is applied", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      yield* live.forwardBackward([datum], supervised)
      const { numbered } = server.state
      // As if somebody else had used the next number.
      numbered.set(`${live.id}/2`, numbered.get(`${live.id}/1`) ?? "")
      const error = yield* Effect.flip(live.forwardBackward([{ ...datum, mask: [1, 1, 1] }], supervised))
      assert.strictEqual(error._tag, "TrainerConflict")
      assert.include(error.message, "sequence number was reused")
      assert.lengthOf(server.state.models.get(live.id)?.gradients ?? [], 1)
    }),
  )

  it.scopedLive("is told: a bill to be paid, and a Retry-After beyond the patience", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("optim_step", ...Array.from({ length: 1000 }, () => reply(402, { detail: "out of credit" })))
      const unpaid = yield* Effect.flip(live.optimStep(adam))
      assert.include(unpaid, { _tag: "TrainerRejected", status: 402 })
      assert.include(unpaid.message, "Settle the account")

      const other = yield* scriptedTinker()
      const limited = yield* (yield* trainerOf(other.url)).createModel(model)
      other.fault("optim_step", reply(429, { detail: "slow down" }, { "retry-after": "3600" }))
      const error = yield* Effect.flip(limited.optimStep(adam))
      assert.strictEqual(error._tag, "TrainerUnavailable")
      assert.strictEqual(other.count("optim_step"), 1)
    }),
  )
})
