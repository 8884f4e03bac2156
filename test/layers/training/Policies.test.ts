import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { join } from "node:path"
import { Budget } from "../../../layers/llm/Budget.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import { advance, checkpointOf, driftOf, fromCheckpoint } from "../../../layers/training/Policy.ts"
import type { Policy } from "../../../layers/training/Policy.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { callKey } from "../../../src/journal/CallKey.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { datum, quick } from "./tinker/tinkerFixtures.ts"
import { base, home, question, request, sampled, services, start, trainer } from "./policiesWorld.ts"

describe("Policies", () => {
  it.scopedLive("samples a policy by its history: the same steps give the same samples, another step others", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const program = Effect.gen(function* () {
        const policies = yield* Policies
        const one = yield* policies.train(start, request(1), trainer)
        const other = yield* policies.train(start, request(2), trainer)
        assert.notStrictEqual(one.policy.identity, other.policy.identity)
        return [yield* sampled(one.policy, 1), yield* sampled(other.policy, 1), yield* sampled(start, 1)]
      })
      const first = yield* Effect.provide(program, services(server.url, home()))
      const again = yield* Effect.provide(program, services(server.url, home()))
      assert.deepStrictEqual(again, first)
      assert.strictEqual(new Set(first.map(String)).size, 3)
    }),
  )

  it.scopedLive("books what calls cost on a trainer with prices, and refuses what the budget doesn't cover", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const folder = home()
      const price = { prompt: 1, asOf: "2026-01-01" }
      const accounting = (limitMicros: number) =>
        Effect.map(Budget, (budget) => ({
          accounting: {
            budget,
            price: (_: unknown, use: string) => ({ ...price, completion: use === "train" ? 1 : 1000 }),
          },
        })).pipe(Effect.provide(Budget.layer(limitMicros, () => true).pipe(Layer.provide(journal))))
      const journal = CallJournal.layer(join(folder, "journal.db"))
      const program = Effect.gen(function* () {
        const { policy } = yield* (yield* Policies).train(start, request(1), trainer)
        const { length } = yield* sampled(policy, 1)
        const totals = yield* (yield* CallJournal).totals
        return { length, paid: Object.fromEntries(totals.map(({ role, micros }) => [role, micros])) }
      })
      const refused = yield* Effect.flip(
        Effect.provide(program, services(server.url, folder, 0, quick, yield* accounting(5000))),
      )
      assert.strictEqual(refused._tag, "BudgetExhausted")
      const { length, paid } = yield* Effect.provide(
        program,
        services(server.url, folder, 0, quick, yield* accounting(7000)),
      )
      // One training step of the datum's tokens; three tokens read, and as many written as there are. The step was the
      // refused run's: its weights are made again for the sample, which pays for that too.
      const step = datum.modelInput.length
      assert.deepEqual(paid, { trainer: step, assistant: 3 + length * 1000 + step })

      // Weights that are gone are made again: two steps that are paid for once more, with the call that needs them.
      const again = yield* accounting(1e6)
      const replaying = Effect.gen(function* () {
        const policies = yield* Policies
        const { policy } = yield* policies.train(start, request(1), trainer)
        const further = yield* policies.train(policy, request(2), trainer)
        return further.policy
      })
      const further = yield* Effect.provide(replaying, services(server.url, folder, 0, quick, again))
      const before = (yield* again.accounting.budget.state).settledMicros
      const late = yield* accounting(1e6)
      const more = yield* Effect.provide(sampled(further, 2), services(server.url, folder, 0, quick, late))
      const after = (yield* late.accounting.budget.state).settledMicros
      assert.strictEqual(after - before, 3 + more.length * 1000 + 2 * step)
      assert.strictEqual((yield* (yield* accounting(1e6)).accounting.budget.state).settledMicros, after)
    }),
  )

  it.scopedLive("tells a prompt that outgrows the context from a request that is wrong", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const says = (route: string, detail: string) =>
        Effect.gen(function* () {
          const fault = { kind: "reply", status: 400, body: { detail } } as const
          // A poll's 400 is only believed when it comes again.
          server.fault(route, ...Array.from({ length: route === "asample" ? 1 : 4 }, () => fault))
          const model = yield* (yield* Policies).base(base)
          const { _tag, message } = yield* Effect.flip(model.sample({ ...question, prompt: [5, 6, 7], seed: 1 }))
          assert.include(message, detail)
          return _tag
        }).pipe(Effect.provide(services(server.url, home())))
      const hosted =
        "Prompt length plus max_tokens exceeds the model's context window: 33000 prompt tokens + 1 max_tokens > 32768."
      const skyrl =
        'Sampling failed for sample 0: ClientResponseError: 400, message="This model\'s maximum context length is 8192 tokens."'
      const vllm = "The decoder prompt (length 8193) is longer than the maximum model length of 8192."
      assert.strictEqual(yield* says("asample", hosted), "ContextOverflow")
      assert.strictEqual(yield* says("retrieve_future", skyrl), "ContextOverflow")
      assert.strictEqual(yield* says("retrieve_future", vllm), "ContextOverflow")
      assert.strictEqual(yield* says("asample", "max_tokens must be a positive number"), "Misconfigured")
    }),
  )

  it.scopedLive("answers a second run from the journal, without the trainer", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const folder = home()
      const program = Effect.gen(function* () {
        const policies = yield* Policies
        const { policy } = yield* policies.train(start, request(1), trainer)
        const state = yield* policies.save(policy, trainer)
        const scores = yield* (yield* policies.base(base)).score([5, 6, 7], question.caller)
        return { state, scores, tokens: yield* sampled(policy, 1) }
      })
      const first = yield* Effect.provide(program, services(server.url, folder))
      const arrivals = server.arrivals.length
      const second = yield* Effect.provide(program, services(server.url, folder))
      assert.deepStrictEqual(second, first)
      assert.strictEqual(server.arrivals.length, arrivals)
    }),
  )

  it.scopedLive("makes weights again from the saved state when the server lost them, and goes on the same", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const folder = home()
      const train = (policy: Policy, seed: number) =>
        Effect.flatMap(Policies, (policies) => policies.train(policy, request(seed), trainer))
      const uninterrupted = yield* Effect.gen(function* () {
        const { policy } = yield* train(start, 1)
        const { policy: next } = yield* train(policy, 2)
        return yield* sampled(next, 9)
      }).pipe(Effect.provide(services(server.url, home())))

      const saved = yield* Effect.gen(function* () {
        const { policy } = yield* train(start, 1)
        return checkpointOf(policy, yield* (yield* Policies).save(policy, trainer))
      }).pipe(Effect.provide(services(server.url, folder)))
      server.restart()
      const resumed = yield* Effect.gen(function* () {
        const { policy } = yield* train(fromCheckpoint(saved), 2)
        server.restart()
        return yield* sampled(policy, 9)
      }).pipe(Effect.provide(services(server.url, folder)))
      assert.deepStrictEqual(resumed, uninterrupted)
    }),
  )

  it.scopedLive("tells by how much a replayed step differs from what was journaled", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const folder = home()
      const differences = (change: number) =>
        Effect.gen(function* () {
          const policies = yield* Policies
          const { policy, logprobs } = yield* policies.train(start, request(1), trainer)
          const other = advance(start, request(2))
          // As a trainer that computes otherwise would have answered, before the run was interrupted.
          yield* (yield* CallJournal).call({
            key: callKey({ kind: "train", model: other.identity, body: {}, sampleIndex: 0, scope: "" }),
            kind: "train",
            ...trainer,
            model: base.name,
            request: {},
            answer: Schema.Array(Schema.Array(Schema.Number)),
            send: () =>
              Effect.succeed({
                answer: logprobs.map((row) => row.map((value) => value + change)),
                usage: { promptTokens: 0, completionTokens: 0 },
                micros: 0,
              }),
          })
          yield* policies.train(start, request(2), trainer)
          yield* sampled(other, 1)
          const drift = yield* policies.drift
          return { ...driftOf(drift, [other]), replayed: driftOf(drift, [policy]) }
        })
      const found = yield* Effect.provide(differences(0.25), services(server.url, folder, 0.1))
      assert.closeTo(found.drift ?? 0, 0.25, 1e-6)
      assert.deepStrictEqual(found.replayed, {})
      const within = yield* Effect.provide(differences(0.05), services(server.url, home(), 0.1))
      assert.isUndefined(within.drift)
    }),
  )

  it.scopedLive("holds no more models than the trainer has places, whoever asks", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const program = Effect.gen(function* () {
        const policies = yield* Policies
        const trained = yield* Effect.forEach([1, 2, 3, 4], (seed) => policies.train(start, request(seed), trainer))
        const tokens = yield* Effect.forEach(
          [...trained, ...trained].map(({ policy }, i) => ({ policy, seed: i })),
          ({ policy, seed }) => sampled(policy, seed),
          { concurrency: "unbounded" },
        )
        assert.strictEqual(new Set(tokens.map(String)).size, 8)
        return server.count("create_model") - server.count("unload_model")
      })
      assert.isAtMost(yield* Effect.provide(program, services(server.url, home())), 2)
      assert.strictEqual(server.count("create_model"), server.count("unload_model"))
    }),
  )
})
