import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { looseJson, withoutThoughts } from "../../../layers/llm/looseJson.ts"

const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
/** Prose without brackets. */
const prose = fc.string().map((text) => text.replaceAll(/[{}[\]<>]/g, "(").replaceAll(/"/g, "'"))

describe("looseJson", () => {
  it("finds an object as it was written, whatever stands around it", () => {
    fc.assert(
      fc.property(object, prose, prose, fc.constantFrom("", "```", "```json\n"), (value, before, after, fence) => {
        for (const written of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          const text = `${before}${fence}${written}\n${fence === "" ? "" : "```"}${after}`
          // What `<think>` in a string would hide is another test's business.
          if (!/<\/?think>/.test(written)) assert.deepEqual(looseJson(text), JSON.parse(written))
        }
      }),
    )
  })

  it("does not look into thoughts", () => {
    fc.assert(
      fc.property(object, object, (thought, value) => {
        const [aloud, said] = [JSON.stringify(thought), JSON.stringify(value)]
        if (/<\/?think>/.test(aloud + said)) return
        const expected = JSON.parse(said)
        assert.deepEqual(looseJson(`<think>so ${aloud}</think>\n${said}`), expected)
        assert.deepEqual(looseJson(`so ${aloud}</think>\n${said}`), expected)
        assert.isUndefined(looseJson(`<think>so ${aloud} ${said}`))
      }),
    )
    assert.strictEqual(withoutThoughts("<think>a</think> b <think>c</think> d"), "b  d")
    assert.strictEqual(withoutThoughts("a <think>b"), "a")
  })

  it("mends what models write", () => {
    const meant = { a: "it's", b: [1, { c: null }], d: true }
    for (const written of [
      `{'a': 'it\\'s', 'b': [1, {'c': None}], 'd': True}`,
      `{'a': "it's", 'b': [1, {'c': None}], 'd': True,}`,
      `{a: "it's", b: [1, {c: null}], d: true}`,
      `{"a": "it's", "b": [1, {"c": null},], "d": true,}`,
      `{"a": "it's" "b": [1, {"c": null}] "d": true}`,
      `{\n// mine\n"a": "it's", "b": [1, {"c": null}], "d": true}`,
      `{“a”: “it's”, “b”: [1, {“c”: null}], “d”: true}`,
      `Here it is:\n\`\`\`json\n{"a": "it's", "b": [1, {"c": null}], "d": true,}\n\`\`\`\nDone.`,
      `{"a": "it's", "b": [1, {"c": null}], "d": true`,
    ]) {
      assert.deepEqual(looseJson(written), meant, written)
    }
    assert.deepEqual(looseJson(`{'a': 'he said "why', 'b': 'ok'}\nThat's all.`), { a: 'he said "why', b: "ok" })
    assert.deepEqual(looseJson(`{"a": "he said "hi" to\nme"}`), { a: 'he said "hi" to\nme' })
  })

  it("takes the longest where there are several, brackets in strings being no brackets", () => {
    assert.deepEqual(looseJson(`As {persona} of [1]: {"a": {"b": "}]"}} and {more}`), { a: { b: "}]" } })
    assert.deepEqual(looseJson(`{"a": 1}\n{"a": 2}`), { a: 1 })
    assert.deepEqual(looseJson(`[{"a": 1}, {"a": 2}]`), [{ a: 1 }, { a: 2 }])
  })

  it("finds nothing in what holds nothing", () => {
    for (const text of ["", "hello", "null", "12", `"text"`, "{{{{", "]}", "<think>", "{", "}{"]) {
      const value = looseJson(text)
      assert.isTrue(value === undefined || Object.keys(value as object).length === 0, text)
    }
  })

  it("never throws, and gives an object, a list or nothing", () => {
    const piece = fc.constantFrom("{", "}", "[", "]", '"', "'", ":", ",", "\\", "<think>", "</think>", "a", "1", "\n")
    const noise = fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join(""))
    fc.assert(
      fc.property(noise, (text) => {
        const value = looseJson(text)
        assert.isTrue(value === undefined || (typeof value === "object" && value !== null))
      }),
      { numRuns: 2000 },
    )
    assert.isUndefined(looseJson("[".repeat(100_000)))
    assert.isUndefined(looseJson('{"a":'.repeat(100_000)))
  })
})
