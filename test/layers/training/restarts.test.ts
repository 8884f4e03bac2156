/** A server that restarts loses its live models; what was trained is restored, replayed, and comes to the same. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { Policies } from "../../../layers/training/Policies.ts"
import { advance } from "../../../layers/training/Policy.ts"
import type { Policy, TrainingRequest } from "../../../layers/training/Policy.ts"
import { passLimits } from "../../../layers/training/tinker/passParts.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import type { Fault, ScriptedTinker } from "../../support/ScriptedTinker.ts"
import { home, request, sampled, services, start, trainer } from "./policiesWorld.ts"
import { datum, quick } from "./tinker/tinkerFixtures.ts"

const timing = { ...quick, patience: "20 seconds", exchange: "20 seconds" } as const

/** Four steps, each sampled, with a state saved after the second and the last. */
const training = (server: ScriptedTinker, folder: string) =>
  Effect.gen(function* () {
    const policies = yield* Policies
    let policy: Policy = start
    const found: Array<unknown> = []
    for (const step of [1, 2, 3, 4]) {
      const { logprobs, policy: next } = yield* policies.train(policy, request(step), trainer)
      policy = next
      found.push(logprobs, yield* sampled(policy, step))
      if (step % 2 === 0) yield* policies.save(policy, trainer)
    }
    const saves = [...server.state.checkpoints].filter(([path]) => path.includes("/weights/"))
    const drift = yield* policies.drift
    const lineages = new Set(saves.map(([, { applied }]) => JSON.stringify(applied)))
    return { found, lineages, drift: [...drift], weights: saves.at(-1)?.[1].hash }
  }).pipe(Effect.provide(services(server.url, folder, 0, timing)))

const undisturbed = Effect.scoped(Effect.flatMap(scriptedTinker(), (server) => training(server, home())))

const changing = ["forward_backward", "optim_step"]
const routes = [...changing, ...changing, "create_model", "retrieve_future", "save_weights", "asample"]
const restarts: ReadonlyArray<Fault["kind"]> = ["restart-before", "restart-after"]
const moment = fc.record({
  route: fc.constantFrom(...routes),
  kind: fc.constantFrom(...restarts, "drop-before" as const, "drop-after" as const),
  skipped: fc.nat(4),
})

describe("a trainer that restarts", () => {
  it.live(
    "applies no gradient twice and loses none, whenever it does",
    () =>
      Effect.gen(function* () {
        const expected = yield* undisturbed
        assert.strictEqual(expected.lineages.size, 2)
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 3 }), (faults) =>
              Effect.gen(function* () {
                const server = yield* scriptedTinker()
                for (const { route, kind, skipped } of faults) {
                  server.fault(route, ...Array.from({ length: skipped }, () => undefined), { kind } as Fault)
                }
                assert.deepEqual(yield* training(server, home()), expected)
              }).pipe(Effect.scoped, Effect.runPromise),
            ),
            { numRuns: 30, seed: 7 },
          ),
        )
      }),
    300_000,
  )

  it.scopedLive(
    "is given a split pass again in the same parts",
    () =>
      Effect.gen(function* () {
        const large: TrainingRequest = {
          ...request(1),
          datums: Array.from({ length: passLimits.datums + 2 }, (_, i) => ({ ...datum, mask: [0, i, 1] })),
        }
        const run = (server: ScriptedTinker, folder: string) =>
          Effect.gen(function* () {
            const policies = yield* Policies
            const { policy, logprobs } = yield* policies.train(start, large, trainer)
            return { identity: policy.identity, rows: logprobs.length, tokens: yield* sampled(policy, 1) }
          }).pipe(Effect.provide(services(server.url, folder, 0, timing)))
        const server = yield* scriptedTinker()
        const expected = yield* run(server, home())
        assert.strictEqual(expected.rows, large.datums.length)
        assert.deepEqual(
          server.passes.map(({ datums }) => datums.length),
          [passLimits.datums, 2],
        )
        // Between the parts, the server forgets the first.
        const other = yield* scriptedTinker()
        const folder = home()
        other.fault("forward_backward", undefined, { kind: "restart-before" })
        assert.deepEqual(yield* run(other, folder), expected)
        const { applied } = [...other.state.models.values()].at(-1)?.weights ?? { applied: [] }
        assert.isAtMost(applied.length, 1)
        // A second run over the same home finds all of it in the journal.
        const sent = other.passes.length
        assert.deepEqual(yield* run(other, folder), expected)
        assert.strictEqual(other.passes.length, sent)
      }),
    120_000,
  )

  it("names a history by the parts in which a pass goes out", () => {
    const small = advance(start, request(1))
    const parts = (count: number) =>
      advance(start, { ...request(1), datums: Array.from({ length: count }, () => datum) }).identity
    assert.strictEqual(small.identity, advance(start, request(1)).identity)
    assert.strictEqual(new Set([parts(1024), parts(1025), parts(2049)]).size, 3)
  })
})
