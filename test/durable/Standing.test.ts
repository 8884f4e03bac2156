import { assert, describe, it } from "vitest"
import type { LedgerEntry } from "../../src/journal/StepLedger.ts"
import { Standing } from "../../src/index.ts"

const { consumedHash, outputHash, standings } = Standing

const steps = [
  { id: "a", upstream: [] },
  { id: "b", upstream: ["a"] },
  { id: "c", upstream: ["b", "a"] },
]

const entry = (
  id: string,
  output: string | null,
  consumed: ReadonlyArray<string>,
  state: LedgerEntry["state"] = "done",
) => ({
  id,
  stage: "S",
  state,
  consumed: consumedHash(consumed.map(outputHash)),
  output,
  kind: null,
  reason: null,
  advice: null,
  seconds: 1,
  source: null,
  attempt: 0,
  starts: 0,
  began: null,
  updated: null,
})

const standing = (...entries: ReadonlyArray<LedgerEntry>) =>
  Object.fromEntries(standings(steps, (id) => entries.find((known) => known.id === id)))

describe("standings", () => {
  it("are done as long as every output that was consumed is still the one above", () => {
    const done = [entry("a", '{"x":1}', []), entry("b", "2", ['{"x":1}']), entry("c", "3", ["2", '{ "x": 1 }'])]
    assert.deepEqual(standing(...done), { a: "done", b: "done", c: "done" })
  })

  it("fall with what is above: another output, or none yet", () => {
    const b = entry("b", "2", ['{"x":1}'])
    const c = entry("c", "3", ["2", '{"x":1}'])
    assert.deepEqual(standing(entry("a", '{"x":2}', []), b, c), { a: "done", b: "to-run", c: "to-run" })
    assert.deepEqual(standing(b, c), { a: "to-run", b: "to-run", c: "to-run" })
  })

  it("tell suspended and begun steps from those of an earlier upstream", () => {
    const a = entry("a", "1", [])
    assert.strictEqual(standing(a, entry("b", null, ["1"], "suspended"))["b"], "suspended")
    assert.strictEqual(standing(a, entry("b", null, ["1"], "running"))["b"], "running")
    assert.strictEqual(standing(a, entry("b", null, ["0"], "suspended"))["b"], "to-run")
  })
})
