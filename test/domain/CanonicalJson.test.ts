import { FastCheck as fc, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { canonicalJson, contentHash, NotCanonical, sha256Hex } from "../../src/domain/CanonicalJson.ts"

const json = fc.jsonValue({ noUnicodeString: false })

describe("canonicalJson", () => {
  it("gives the value back through JSON.parse", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(record))
      }),
    )
  })

  it("tells different values apart", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        const [left, right] = [canonicalJson(a), canonicalJson(b)]
        // Texts that agree must come from values that differ by key order alone.
        if (left === right) expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)))
        else expect(contentHash(a)).not.toBe(contentHash(b))
      }),
    )
  })

  it("sorts keys by code unit, at every depth, and leaves undefined fields out", () => {
    expect(canonicalJson({ b: [{ z: 1, a: undefined, Z: -0 }], "\u{1F600}": "é\u0000", "\uFB01": null })).toBe(
      '{"b":[{"Z":0,"z":1}],"\u{1F600}":"é\\u0000","\uFB01":null}',
    )
  })

  it("escapes lone surrogates, so that they stay apart", () => {
    expect(canonicalJson("\ud800")).toBe('"\\ud800"')
    expect(contentHash("\ud800")).not.toBe(contentHash("\ud801"))
  })

  it.each([
    ["NaN", { a: [0, Number.NaN] }, "$.a[1]"],
    ["Infinity", Number.POSITIVE_INFINITY, "$"],
    ["functions", { reward: { run: () => 1 } }, "$.reward.run"],
    ["bigints", { n: 1n }, "$.n"],
    ["symbols", [Symbol("x")], "$[0]"],
    ["undefined items", [1, undefined], "$[1]"],
    ["dates", { at: new Date(0) }, "$.at"],
    ["maps", new Map([[1, 2]]), "$"],
    ["bytes", { data: new Uint8Array(2) }, "$.data"],
    ["secrets", { key: Redacted.make("secret") }, "$.key"],
  ])("refuses %s and says where", (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonical)
    expect(() => canonicalJson(value)).toThrow(`${path} can't be part of an identity`)
  })

  it("refuses cycles", () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    expect(() => canonicalJson(cyclic)).toThrow("cyclic")
  })
})

describe("hashes", () => {
  it("are lower-case hex SHA-256", () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    expect(sha256Hex("")).toBe(empty)
    expect(sha256Hex(new Uint8Array())).toBe(empty)
    expect(contentHash({ b: 1, a: 2 })).toBe(sha256Hex('{"a":2,"b":1}'))
  })
})
