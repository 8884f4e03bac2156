import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ReplayRow } from "../../../layers/evaluation/fidelity/rows.ts"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { ReplayResult } from "../../../src/domain/Replay.ts"
import * as U from "../../../workflows/index.ts"
import { askedFor, replayWorld, response } from "./replayWorld.ts"

const decode = Schema.decodeUnknownSync(Schema.parseJson(ReplayResult))
const rowOf = Schema.decodeUnknownSync(ReplayRow)

describe("a replay of real conversations", () => {
  it.scopedLive(
    "asks at every place, and finds out when a simulator ends: in place, early, late and not at all",
    () =>
      Effect.gen(function* () {
        const world = yield* replayWorld((arrival) => {
          const { userTurns, answered } = askedFor(arrival)
          const ends = {
            exact: answered >= userTurns,
            hasty: answered === 1,
            endless: false,
            broken: answered >= userTurns,
          }
          const model = String(arrival.body["model"]) as keyof typeof ends
          if (model === "broken" && answered === 2) return { kind: "text", text: "no turn at all" }
          return response(ends[model] && answered > 0 ? `bye ${endMarker}` : `and what of ${answered} then, ${model}?`)
        })
        const { split } = world
        const replay = (name: string, more = {}) =>
          U.Replay({
            split,
            simulator: U.RolePlay({ model: U.Model.openai(name, { revision: "1" }) }),
            conversing: { turns: 2, maxTokens: 12, guardrails: { redraws: 1 } },
            conversations: 24,
            maxFailureShare: 1,
            ...more,
          })
        const { ran, outputs } = yield* world.run({
          exact: replay("exact"),
          hasty: replay("hasty"),
          endless: replay("endless"),
          stopped: replay("hasty", { afterEnd: "stop", opening: false }),
          broken: replay("broken"),
          cut: replay("endless", { places: 1 }),
        })
        assert.strictEqual(ran.state, "done")
        const results = Object.fromEntries(Object.entries(outputs).map(([label, output]) => [label, decode(output)]))
        const { exact, hasty, endless, stopped, broken, cut } = results as Record<string, ReplayResult>
        const rows = (yield* world.linesOf(exact!.rows)).map((row) => rowOf(row))
        const userTurns = rows.map(({ conversation }) => 1 + (Number(conversation.slice(1)) % 4))
        const single = userTurns.filter((turns) => turns === 1).length

        // Every place from the opening to the one where the user said nothing more, far beyond the limit of turns.
        assert.deepStrictEqual(
          rows.map(({ places }) => places.map(({ position, human }) => (human === null ? -position : position))),
          userTurns.map((turns) => [...Array.from({ length: turns }, (_, i) => i + 1), -(turns + 1)]),
        )
        assert.strictEqual(
          exact!.places,
          userTurns.reduce((sum, turns) => sum + turns + 1, 0),
        )
        const last = rows[0]!.places.at(-1)!
        assert.deepStrictEqual([last.ended, last.closing, last.simulated], [true, "bye", null])
        const first = rows[0]!.places[0]!
        assert.isTrue(first.calls.length === 1 && first.turn?.seed !== null && first.turn?.key === first.calls[0])

        assert.deepStrictEqual(exact!.termination.sessions, { right: 24, early: 0, never: 0, open: 0, missing: 0 })
        assert.deepStrictEqual([exact!.termination.firstEnd.f1, exact!.termination.everyPlace.f1], [1, 1])
        // A first end is early wherever the user went on, and the real end is then missed.
        const { firstEnd, everyPlace, tooEarly } = hasty!.termination
        assert.deepStrictEqual([firstEnd.right, firstEnd.early, firstEnd.missed], [single, 24 - single, 24 - single])
        assert.strictEqual(firstEnd.f1, single / 24)
        assert.deepStrictEqual(everyPlace, firstEnd)
        assert.closeTo(tooEarly.mean ?? 0, userTurns.reduce((sum, turns) => sum + turns - 1, 0) / 24, 1e-12)
        assert.deepStrictEqual(
          [endless!.termination.firstEnd.recall, endless!.termination.firstEnd.precision],
          [0, null],
        )
        assert.strictEqual(endless!.termination.sessions.never, 24)
        // Stopping after the first end asks less and finds the same.
        assert.deepStrictEqual(stopped!.termination.firstEnd, firstEnd)
        assert.strictEqual(stopped!.places, 24)
        // A place without an answer is neither an end nor none.
        const cutOff = userTurns.filter((turns) => turns >= 2).length
        assert.strictEqual(broken!.missing, cutOff)
        assert.deepStrictEqual(broken!.termination.sessions, {
          right: single,
          early: 0,
          never: 0,
          open: 0,
          missing: cutOff,
        })
        assert.deepStrictEqual(broken!.failures, [
          { by: "infrastructure", reason: "simulator: invalid output", count: cutOff },
        ])
        // Of longer conversations the end was not asked for.
        assert.deepStrictEqual(cut!.termination.sessions, {
          right: 0,
          early: 0,
          never: single,
          open: 24 - single,
          missing: 0,
        })

        assert.isAbove(exact!.users, 5)
        for (const { measure, distance, floor } of endless!.distances)
          if (measure !== "meaning" && measure !== "punctuation")
            assert.isTrue(distance !== null && floor !== null, measure)
        assert.isNull(endless!.distances.find(({ measure }) => measure === "meaning")?.distance ?? null)
        assert.strictEqual(endless!.features.length, 19)
        assert.strictEqual(endless!.paired.words.difference, 0)
        assert.isNotNull(endless!.paired.sentiment)

        const asked = world.openai.arrivals.length
        yield* world.run({ exact: replay("exact"), hasty: replay("hasty") })
        assert.strictEqual(world.openai.arrivals.length, asked)
      }),
    240_000,
  )

  it("refuses users who may not leave", () => {
    const split = U.Split({ corpus: U.embeddedCorpus() })
    const simulator = U.RolePlay({ model: U.Model.openai("chat-2026-01-01") })
    assert.throws(
      () => U.Replay({ split, simulator, conversing: { turns: 2, maxTokens: 8, ends: "limit" }, conversations: 2 }),
      U.InvalidInput,
      /may not leave/,
    )
  })
})
