/** Failures of the three kinds, and what `retry` makes of them, by the real command line. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Arrival } from "../../support/ScriptedOpenAi.ts"
import { evaluated, runningHome } from "./runningHome.ts"

const patient = 600_000

interface Document {
  readonly state: string
  readonly steps: ReadonlyArray<{
    readonly id: string
    readonly state: string
    readonly failures?: ReadonlyArray<{ readonly kind: string; readonly reason: string }>
  }>
}

const stepsOf = (stdout: string) => (JSON.parse(stdout) as Document).steps

const isVerdict = ({ body }: Arrival) => JSON.stringify(body["response_format"] ?? "").includes("verdict")

describe("an outage that outlasts the patience", () => {
  it.scopedLive(
    "suspends the steps that meet it, tells a person, and `retry` goes on with just those",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        const down = { kind: "reply", status: 503, body: { error: { message: "out for lunch" } } } as const
        test.behave = (arrival) => (isVerdict(arrival) ? down : undefined)
        const notes = join(test.folder, "notes")
        const command = `cat > ${notes}.json; printf '%s' "$UNDERSTUDY_EXPERIMENT: $UNDERSTUDY_REASONS" > ${notes}.txt`
        const run = yield* test.cli("run", evaluated, "--json", "--patience", "1500ms", "--on-suspend", command)
        assert.strictEqual(run.status, 2, run.stderr)
        const suspended = stepsOf(run.stdout).filter(({ state }) => state === "suspended")
        assert.lengthOf(suspended, 2)
        const failure = suspended[0]?.failures?.[0]
        assert.strictEqual(failure?.kind, "transient")
        assert.match(failure?.reason ?? "", /out for lunch/)
        assert.deepEqual(JSON.parse(readFileSync(`${notes}.json`, "utf8")), JSON.parse(run.stdout))
        assert.match(readFileSync(`${notes}.txt`, "utf8"), /^evaluated: Evaluate\/v\d+-.*out for lunch/)

        test.behave = () => undefined
        const before = test.server.arrivals.length
        const [first] = suspended
        const one = yield* test.cli("retry", "--json", first?.id ?? "")
        assert.strictEqual(one.status, 0, one.stderr)
        const states = stepsOf(one.stdout).flatMap(({ id, state }) => (id.startsWith("Evaluate") ? [state] : []))
        assert.deepEqual(states.sort(), ["done", "left"])
        // Only the verdicts were missing.
        assert.isTrue(test.server.arrivals.slice(before).every(isVerdict))
        assert.strictEqual(test.server.arrivals.length - before, 8)
        assert.strictEqual((yield* test.cli("retry", "evaluated")).status, 0)
        assert.match((yield* test.cli("retry")).stderr, /No step is suspended/)
      }),
    patient,
  )
})

describe("a budget that is spent", () => {
  it.scopedLive(
    "suspends with advice, and more money goes on",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        const run = yield* test.cli("run", evaluated, "--json", "--budget", "0.003")
        assert.strictEqual(run.status, 2, run.stderr)
        const failure = stepsOf(run.stdout).flatMap(({ failures = [] }) => failures)[0]
        assert.strictEqual(failure?.kind, "operator")
        assert.match(failure?.reason ?? "", /budget of \$0\.0030 is spent.*Raise --budget/)
        // The worst case of a request counts before it is sent.
        const sent = test.server.arrivals.length
        assert.isAtMost(20 * sent, 3000)
        assert.strictEqual((yield* test.cli("retry", "--budget", "1")).status, 0)
        const names = new Set(test.server.arrivals.map(({ hash }) => hash))
        assert.strictEqual(names.size, test.server.arrivals.length)
      }),
    patient,
  )
})

describe("rollouts that the judge failed", () => {
  it.scopedLive(
    "are missing, and `retry --failures` draws just those again",
    () =>
      Effect.gen(function* () {
        const test = yield* runningHome
        const useless = new Set<string>()
        test.behave = (arrival) => {
          // The first conversation that is judged is never graded, however often it is asked.
          const content = JSON.stringify(arrival.body["messages"])
          if (!isVerdict(arrival)) return undefined
          if (useless.size === 0) useless.add(content)
          return useless.has(content) ? { kind: "text", text: "no idea" } : undefined
        }
        const run = yield* test.cli("run", evaluated, "--json")
        assert.strictEqual(run.status, 0, run.stderr)
        const asked = test.server.arrivals.length

        const plain = yield* test.cli("retry", "--json")
        assert.match(plain.stderr, /No step is suspended/)
        test.behave = () => undefined
        const again = yield* test.cli("retry", "--failures", "--json")
        assert.strictEqual(again.status, 0, again.stderr)
        assert.match(again.stderr, /Evaluate\/v\d+-[0-9a-f]+: 1 failed rollout is asked again/)
        // The three answers of no use are in the journal; the fourth draw is new, and nothing else.
        const extra = test.server.arrivals.slice(asked)
        assert.lengthOf(extra, 1)
        assert.isTrue(extra.every(isVerdict))
        assert.match((yield* test.cli("retry", "--failures")).stderr, /No step is suspended or has failed rollouts/)
      }),
    patient,
  )
})
