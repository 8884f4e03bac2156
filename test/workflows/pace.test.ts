import { assert, describe, it } from "vitest"
import { Estimate } from "../../src/index.ts"
import { fitRates } from "../../workflows/pace.ts"
import { timeToGo } from "../../workflows/timeToGo.ts"
import type { Measured } from "../../workflows/timeToGo.ts"

const model = { provider: "openai", name: "m" } as const
const demand = (role: "assistant" | "judge" | "trainer", count: number): Estimate.Demand => ({
  role,
  model,
  calls: Estimate.exactly(count),
  promptTokens: Estimate.exactly(count),
  completionTokens: Estimate.exactly(0),
})

const work = (amounts: Readonly<Record<string, number>>) =>
  new Map(Object.entries(amounts).map(([role, amount]) => [`${role} m`, amount]))

describe("fitRates", () => {
  it("tells kinds of calls apart by the steps that they come in", () => {
    // 2 seconds for an answer, half a second for a grade, 10 milliseconds for a trained token.
    const seconds = (assistant: number, judge: number, trainer: number) => 2 * assistant + judge / 2 + trainer / 100
    const rates = fitRates(
      [
        [100, 100, 0],
        [400, 100, 0],
        [100, 100, 60_000],
        [0, 300, 0],
      ].map(([assistant = 0, judge = 0, trainer = 0]) => ({
        work: work({ assistant, judge, trainer }),
        seconds: seconds(assistant, judge, trainer),
      })),
    )
    assert.approximately(rates("assistant m"), 2, 0.2)
    assert.approximately(rates("judge m"), 0.5, 0.1)
    assert.approximately(rates("trainer m"), 0.01, 0.001)
  })

  it("goes by what is believed of the embedded model until calls are seen", () => {
    const rates = fitRates([])
    assert.isAbove(rates("assistant SmolLM2-135M-Instruct"), rates("assistant gpt"))
    const seen = fitRates([{ work: new Map([["judge SmolLM2-135M-Instruct", 1000]]), seconds: 100 }])
    assert.isBelow(seen("judge SmolLM2-135M-Instruct"), 0.2)
  })
})

describe("timeToGo", () => {
  const rates = () => 1
  const step = (id: string, change: Partial<Measured> = {}): Measured => ({
    id,
    stage: "Ask",
    upstream: [],
    demands: [demand("assistant", 100)],
    state: "waiting",
    behind: new Map(),
    took: undefined,
    ...change,
  })

  it("adds up one after the other, takes side by side together, and heeds what needs what", () => {
    const steps = [step("a"), step("b"), step("c", { upstream: ["a"] })]
    assert.strictEqual(timeToGo(steps, rates, 1).seconds, 300)
    assert.strictEqual(timeToGo(steps, rates, 2).seconds, 200)
    assert.strictEqual(timeToGo(steps, rates, 9).seconds, 200)
  })

  it("counts what is behind a step, and leaves it a little whatever that is", () => {
    const half = step("a", { state: "running", behind: work({ assistant: 50 }) })
    assert.strictEqual(timeToGo([half], rates, 1).steps.get("a"), 50)
    const over = step("a", { state: "running", behind: work({ assistant: 500 }) })
    assert.strictEqual(timeToGo([over], rates, 1).seconds, 3)
  })

  it("expects of a stage's steps what the done ones came to", () => {
    // Half as many calls as estimated, one in five of them from the journal, each twice as slow.
    const done = step("a", {
      state: "done",
      behind: work({ assistant: 50 }),
      took: { work: work({ assistant: 40 }), seconds: 80 },
    })
    const { seconds } = timeToGo([done, step("b")], rates, 1)
    assert.isAbove(seconds, 60)
    assert.isBelow(seconds, 80)
  })
})
