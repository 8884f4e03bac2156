import { FastCheck as fc } from "effect"
import { assert, describe, it } from "vitest"
import { canonicalJson, contentHash } from "../../src/domain/CanonicalJson.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

describe("canonicalJson", () => {
  it("keeps every value", () => {
    fc.assert(fc.property(json, (value) => assert.deepEqual(JSON.parse(canonicalJson(value)), value)))
  })

  it("does not depend on key order", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).toReversed())
        assert.strictEqual(canonicalJson(reversed), canonicalJson(record))
      }),
    )
  })

  it("leaves out undefined fields", () => {
    assert.strictEqual(canonicalJson({ b: undefined, a: 1 }), '{"a":1}')
  })

  it("refuses what has no identity by content, and says where", () => {
    assert.throws(() => canonicalJson({ a: [() => 1] }), /\$\.a\[0\] is a function/)
    assert.throws(() => canonicalJson({ a: Number.NaN }), /\$\.a is NaN/)
    assert.throws(() => canonicalJson({ a: new Map() }), /\$\.a is a object/)
  })

  it("has the SHA-256 of its text as hash", () => {
    // printf '{}' | sha256sum
    assert.strictEqual(contentHash({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
  })
})

describe("deriveSeed", () => {
  it("is a 31-bit integer that tells its parts apart", () => {
    const seeds = Array.from({ length: 1000 }, (_, i) => deriveSeed([1, "rollout", "prompt", i]))
    assert.isTrue(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31))
    assert.strictEqual(new Set(seeds).size, seeds.length)
    assert.notStrictEqual(deriveSeed(["a", "b"]), deriveSeed(["ab"]))
    assert.notStrictEqual(deriveSeed([1]), deriveSeed(["1"]))
  })
})
