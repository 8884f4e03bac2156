import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { averaged, sftDatum, sftRequest } from "../../../layers/training/SftDatums.ts"
import { Kind } from "../../../layers/training/SftFlip.ts"
import { addMeasures, leavingProbability, lossOf, measure, perplexity } from "../../../layers/training/SftMeasures.ts"
import { sampleOf } from "../../../layers/training/SftSource.ts"
import type { Datum } from "../../../src/domain/Datum.ts"
import { codec, conversation, recipeOf, sample, sourceOf, tokenizer } from "./sftFixtures.ts"

const turns = ["hello", "what?", "why w", "so"]
const { template } = codec
const system = { role: "system", content: "You need tea." } as const

describe("sftDatum", () => {
  const datum = sftDatum([sample(turns).sample])

  it("trains on what users wrote, the ends of their turns, and leaving", () => {
    const trained = datum.targets.filter((_, i) => datum.kinds[i] !== Kind.masked)
    assert.strictEqual(tokenizer.decode(trained), "hello<|im_end|>why w<|im_end|><|im_end|>")
    const whole = template.render([system, ...conversation(turns).messages], "user") + "<|im_end|>"
    assert.strictEqual(tokenizer.decode([...datum.tokens, ...datum.targets.slice(-1)]), whole)
    assert.strictEqual(datum.kinds.at(-1), Kind.closing)
  })

  it("splits tokens where the simulator's prompt ends", () => {
    const prompt = template.encode([system, ...conversation(turns).messages.slice(0, 2)], "user")
    assert.deepStrictEqual(datum.tokens.slice(0, prompt.length), prompt)
    assert.strictEqual(datum.kinds[prompt.length - 1], Kind.content)
  })

  it("says the marker in place of nothing, and ends its turn", () => {
    const marked = sftDatum([sample(turns, { marker: "<|endconversation|>" }).sample])
    assert.deepStrictEqual(marked.targets.slice(-2), [tokenizer.nextId, 2])
    assert.deepStrictEqual(marked.kinds.slice(-2), [Kind.closing, Kind.closing])
  })

  it("puts samples of a pack one behind the other", () => {
    const one = sample(turns).sample
    const both = sftDatum([one, sample(["a", "b"]).sample])
    assert.deepStrictEqual(both.tokens.slice(0, one.ids.length), [...one.ids])
    assert.strictEqual(both.kinds.filter((kind) => kind === Kind.closing).length, 2)
  })
})

describe("conversations that can't be learnt from", () => {
  const reasonOf = (...args: Parameters<typeof conversation>) =>
    Either.flip(sampleOf(sourceOf(), conversation(...args))).pipe(Either.getOrThrow)

  it("are left out for a reason each", () => {
    assert.strictEqual(reasonOf([]), "no messages")
    assert.strictEqual(reasonOf(["a", "b"], " "), "no intent")
    assert.strictEqual(reasonOf(["a", "\u0085"]), "a blank message")
    assert.strictEqual(reasonOf(["a", "b", "c"]), "the user has the last word")
    assert.strictEqual(reasonOf(["a".repeat(500), "b"]), "longer than the context")
  })

  it("need no intent where the simulator isn't told one", () => {
    const untold = sourceOf({}, { condition: "persona" })
    assert.isTrue(Either.isRight(sampleOf(untold, conversation(["a", "b"], undefined))))
  })
})

describe("measures", () => {
  const datum = sftDatum([sample(turns, { rules: "lab" }).sample])
  const nats = { [Kind.masked]: 100, [Kind.content]: 2, [Kind.end]: 2, [Kind.rest]: 1, [Kind.closing]: 0.5 }
  const found = measure([datum], [datum.kinds.map((kind) => -nats[kind])])

  it("tell perplexity by what users wrote and the ends of their turns, and leaving apart", () => {
    assert.closeTo(perplexity(found), Math.exp(2), 1e-9)
    assert.strictEqual(found.tokens, tokenizer.encode("hello<|im_end|>why w<|im_end|>").length)
    assert.closeTo(leavingProbability(found) ?? Number.NaN, Math.exp(-0.5), 1e-9)
    assert.isBelow(lossOf(found), 2)
    assert.isAbove(found.learntTokens, found.tokens)
  })

  it("of two batches are those of both, each token as much as any other", () => {
    const other = measure([datum], [datum.kinds.map(() => -1)])
    const both = measure([datum, datum], [datum.kinds.map((kind) => -nats[kind]), datum.kinds.map(() => -1)])
    assert.deepStrictEqual(addMeasures(found, other), both)
  })
})

describe("averaged", () => {
  /** A token's share of the step's loss on a server of that scale, for any token losses. */
  const shares = (scale: "token-sum" | "sequence-mean", made: ReturnType<typeof averaged>) => {
    const cispo = made.loss.kind === "cispo"
    if (made.loss.kind === "cispo") assert.deepStrictEqual(made.loss, { kind: "cispo", low: 1, high: 1 })
    return made.datums.map(({ mask, advantages }) =>
      mask.map((weight, i) => {
        const term = weight * (cispo ? (advantages?.[i] ?? Number.NaN) : 1)
        const total = mask.reduce((sum, one) => sum + one, 0)
        return scale === "token-sum" ? term : term / total / made.datums.length
      }),
    )
  }
  const masks = fc.array(
    fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 12 }).filter((mask) => mask.includes(1)),
    { minLength: 1, maxLength: 6 },
  )
  const datumsOf = (all: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<Datum> =>
    all.map((mask) => ({ modelInput: mask, targetTokens: mask, mask }))
  const close = (
    actual: ReadonlyArray<ReadonlyArray<number>>,
    expected: (mask: ReadonlyArray<number>, weight: number) => number,
    all: ReadonlyArray<ReadonlyArray<number>>,
  ) => {
    for (const [i, mask] of all.entries())
      for (const [at, weight] of mask.entries())
        assert.closeTo(actual[i]?.[at] ?? Number.NaN, expected(mask, weight), 1e-12)
  }
  const sum = (mask: ReadonlyArray<number>) => mask.reduce((total, weight) => total + weight, 0)

  for (const scale of ["token-sum", "sequence-mean"] as const) {
    it(`makes every learnt token count the same on a server with ${scale}`, () => {
      fc.assert(
        fc.property(masks, (all) => {
          const total = all.reduce((tokens, mask) => tokens + sum(mask), 0)
          close(shares(scale, averaged(datumsOf(all), "tokens", scale)), (_, weight) => weight / total, all)
        }),
      )
    })

    it(`makes every sequence count the same on a server with ${scale}`, () => {
      fc.assert(
        fc.property(masks, (all) => {
          const made = averaged(datumsOf(all), "sequences", scale)
          assert.strictEqual(made.loss.kind, "cross_entropy")
          close(shares(scale, made), (mask, weight) => weight / sum(mask) / all.length, all)
        }),
      )
    })
  }

  it("is sent with all of Adam's settings", () => {
    const recipe = recipeOf({ clip: 1, weightDecay: 0.1, betas: [0.8, 0.9] })
    const { adam } = sftRequest([sftDatum([sample(turns).sample])], recipe, { learningRate: 0.5, scale: "token-sum" })
    assert.deepStrictEqual(adam, {
      learningRate: 0.5,
      beta1: 0.8,
      beta2: 0.9,
      eps: 1e-8,
      weightDecay: 0.1,
      gradClipNorm: 1,
    })
  })
})
