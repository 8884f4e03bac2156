import { assert, describe, it } from "vitest"
import { callKey } from "../../src/index.ts"
import type { JournaledCall, LostAttempt } from "../../src/index.ts"
import type { HomeView } from "./HomeView.ts"
import { repetitionsOf } from "./repetitions.ts"
import { chatSignature, saveSignature, trainSignature } from "./signatures.ts"
import type { ServerCall } from "./World.ts"

const account = { step: "s", role: "judge", model: "m", kind: "chat" } as const
const kept = { ...account, usage: { promptTokens: 1, completionTokens: 1 }, micros: 0, latencyMs: 1, at: 0 }
const chat = (text: string): JournaledCall => ({ ...kept, key: `chat ${text}`, request: { text }, answer: "" })
const train = (from: string, to: string, logprob: number): JournaledCall => ({
  ...kept,
  kind: "train",
  key: callKey({ kind: "train", model: to, body: {}, sampleIndex: 0, scope: "" }),
  request: { identity: from },
  answer: [[logprob]],
})
const save = (identity: string): JournaledCall => ({
  ...kept,
  kind: "train",
  key: `save ${identity}`,
  request: { save: identity },
  answer: {},
})
const home = (calls: ReadonlyArray<JournaledCall>, inFlight: ReadonlyArray<JournaledCall> = []): HomeView => ({
  calls: new Map(calls.map((call) => [call.key, call])),
  lost: inFlight.map(({ key }): LostAttempt => ({ ...account, key, worstMicros: 0, at: 0, sentAgain: 1 })),
  steps: [],
  outputs: new Map(),
})
const asked = (text: string): ServerCall => ({ kind: "chat", signature: chatSignature({ text }) })
const trained = (logprob: number): ReadonlyArray<ServerCall> =>
  (["pass", "step"] as const).map((kind) => ({ kind, signature: trainSignature([[logprob]]) }))

const trial = (calls: ReadonlyArray<ReadonlyArray<ServerCall>>, ...homes: [HomeView, ...Array<HomeView>]) =>
  repetitionsOf({ calls, kills: homes.slice(0, -1), view: homes.at(-1)! })
const [a, b] = [chat("a"), chat("b")]

describe("the crash test", () => {
  it("counts what was in flight and came again", () => {
    const found = trial([[asked("a"), asked("b")], [asked("b")]], home([a], [b]), home([a, b]))
    assert.deepEqual(found, { repeated: 1, replayed: 0, problems: [] })
  })

  it("finds a call that was sent though it was paid for", () => {
    const { problems } = trial([[asked("a")], [asked("a")]], home([a]), home([a]))
    assert.deepEqual(problems, ["run 2: a chat (call chat a) was sent though the journal had its answer"])
  })

  it("finds calls that came again without having been in flight, or twice in one run, or that nobody kept", () => {
    const { problems } = trial([[asked("b")], [asked("b"), asked("b"), asked("c")]], home([]), home([b]))
    assert.deepEqual(problems, [
      "run 2: a chat (call chat b) came again and was not in flight",
      "run 2: a chat (call chat b) was sent twice by one run",
      "run 2: a chat (call unknown) is not in the journal",
    ])
  })

  it("lets training be replayed until its state is saved", () => {
    const steps = [train("0", "1", -1), train("1", "2", -2)]
    const calls = [[...trained(-1), ...trained(-2)], trained(-2)]
    const unsaved = trial(calls, home(steps), home([...steps, save("2")]))
    assert.deepEqual(unsaved, { repeated: 0, replayed: 1, problems: [] })
    const saved = trial(calls, home([...steps, save("2")]), home([...steps, save("2")]))
    assert.match(saved.problems[0] ?? "", /a pass .* was trained again though its state was saved/)
    assert.strictEqual(saved.problems.length, 2)
  })

  it("knows a save by the identity that was saved", () => {
    const again: ServerCall = { kind: "save", signature: saveSignature(`state-${"i".repeat(24)}`) }
    const kept = save("i".repeat(64))
    const { problems } = trial([[again], [again]], home([kept]), home([kept]))
    assert.strictEqual(problems.length, 1)
  })
})
