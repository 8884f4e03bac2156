import { assert, describe, it } from "vitest"
import { modelNotes, priceOf } from "../../workflows/models.ts"
import { timeLeft } from "../../workflows/timeLeft.ts"
import type { Totals } from "../../src/index.ts"

const judge = { provider: "openai", name: "judge-a" } as const
const endpoints = { default: { url: "http://localhost/v1" } }
const config = { endpoints, models: {}, trainer: { kind: "embedded" } } as const
const price = { prompt: 1, completion: 2, asOf: "2026-01-01" }

describe("modelNotes", () => {
  it("say which model has no identity, no price or no endpoint, and what to do", () => {
    const [identity, unpriced, ...others] = modelNotes([judge], config, true)
    assert.match(identity ?? "", /judge-a has no dated name and no revision.*this experiment only.*`revision`/)
    assert.match(unpriced ?? "", /judge-a has no price.*has a limit.*refused.*`price`/)
    assert.deepEqual(others, [])
    const nowhere = { ...config, models: { "judge-a": { endpoint: "gone", revision: "1", price } } }
    assert.match(modelNotes([judge], nowhere, false).join(), /no such endpoint \("gone"\).*Add "gone"/)
  })

  it("say nothing of what is dated and priced", () => {
    const known = { ...config, models: { "judge-a": { revision: "1", price }, "gpt-2026-01-01": { price } } }
    const dated = { provider: "openai", name: "gpt-2026-01-01" } as const
    const own = { provider: "embedded", name: "small", revision: "1" } as const
    assert.deepEqual(modelNotes([judge, dated, own], known, true), [])
  })

  it("tell of weights that no revision names, and of a trainer whose price nobody knows", () => {
    const trainable = { provider: "trainable", name: "base" } as const
    const hosted = { ...config, trainer: { kind: "tinker", url: "http://t", tokenizers: {} } } as const
    const notes = modelNotes([trainable], hosted, false)
    assert.match(notes[0] ?? "", /base names no revision/)
    assert.match(notes[1] ?? "", /base has no known price/)
    assert.strictEqual(priceOf(hosted)(trainable), undefined)
    assert.strictEqual(priceOf(config)(trainable)?.prompt, 0)
  })
})

describe("timeLeft", () => {
  const range = (expected: number) => ({ low: expected / 2, expected, high: expected * 2 })
  const usage = (model: string) => ({
    role: "judge" as const,
    model,
    calls: range(10),
    promptTokens: range(500),
    completionTokens: range(100),
  })
  const past = { role: "judge", model: "a", promptTokens: 1000, completionTokens: 200 } as Totals

  it("goes by the tokens of the same model in a second that it was busy", () => {
    // 400 weighed tokens in 8 seconds then, 200 (100 to 400) to come.
    const { seconds, unknown } = timeLeft([usage("a")], [past], [{ model: "a", busyMs: 8000 }])
    assert.deepEqual(seconds, { low: 2, expected: 4, high: 8 })
    assert.deepEqual(unknown, [])
  })

  it("is unknown where a model has no past", () => {
    const left = timeLeft([usage("a"), usage("b")], [past], [{ model: "a", busyMs: 8000 }])
    assert.deepEqual(left, { seconds: undefined, unknown: ["b"] })
    assert.deepEqual(timeLeft([], [], []).seconds, { low: 0, expected: 0, high: 0 })
  })
})
