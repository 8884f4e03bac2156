import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { copyShare, echoShare, longestCopiedRun, repetition } from "../../../layers/evaluation/Parroting.ts"

/** Few words, so that texts often share runs; some are content words, some are not. */
const text = fc
  .array(fc.constantFrom("to", "the", "train", "oslo", "night", "leaves"), { maxLength: 25 })
  .map((words) => words.join(" "))
const run = fc.integer({ min: 1, max: 6 })
const asked = "Which train goes to Oslo tonight?"

describe("parroting measures", () => {
  it.prop("are shares", [text, fc.array(text), run], ([reply, texts, n]) => {
    for (const share of [copyShare(reply, texts, n), echoShare(reply, texts), repetition(reply, n)]) {
      assert.isAtLeast(share, 0)
      assert.isAtMost(share, 1)
    }
  })

  it.prop("never fall when more has been said before", [text, fc.array(text), text], ([reply, texts, more]) => {
    for (const measure of [copyShare, echoShare, longestCopiedRun])
      assert.isAtLeast(measure(reply, [...texts, more]), measure(reply, texts))
  })

  it.prop("find no copy where nothing was said", [text], ([reply]) => {
    for (const measure of [copyShare, echoShare, longestCopiedRun]) assert.strictEqual(measure(reply, []), 0)
  })

  it.prop("agree on whether a run was copied", [text, fc.array(text), run], ([reply, texts, n]) => {
    const words = reply.split(" ").filter((word) => word !== "").length
    fc.pre(words >= n)
    assert.strictEqual(copyShare(reply, texts, n) > 0, longestCopiedRun(reply, texts) >= n)
  })

  it.prop("copy less the longer a run has to be", [text, fc.array(text)], ([reply, texts]) => {
    fc.pre(reply.split(" ").length >= 5)
    assert.isAtMost(copyShare(reply, texts, 5), copyShare(reply, texts, 3))
  })

  it.prop("call a text said twice a copy, and a text followed by itself a repetition", [text], ([said]) => {
    fc.pre(said.split(" ").length > 1)
    assert.strictEqual(copyShare(said, [said]), 1)
    assert.strictEqual(longestCopiedRun(said, [said]), said.split(" ").length)
    assert.isAbove(repetition(`${said} ${said}`), 0.3)
  })

  it("know an echo from an answer", () => {
    assert.strictEqual(copyShare("Which train goes to Oslo tonight.", [asked]), 1)
    assert.strictEqual(copyShare("The night train to Bergen.", [asked]), 0)
    assert.strictEqual(copyShare("Sure: which train goes to Oslo", [asked]), 5 / 6)
    assert.strictEqual(copyShare("to Oslo", [asked]), 1)
    assert.strictEqual(copyShare("Tonight", [asked]), 0)
    assert.strictEqual(longestCopiedRun("Sure: which train goes to Oslo", ["Where?", asked]), 5)
  })

  it("know an echo with its words moved", () => {
    const echo = "Tonight, which Oslo train?"
    assert.strictEqual(copyShare(echo, [asked]), 0)
    assert.strictEqual(echoShare(echo, [asked]), 1)
    assert.strictEqual(echoShare("The train leaves platform nine", [asked]), 1 / 4)
    assert.strictEqual(echoShare("At nine", [asked]), 0)
  })

  it("measure repetition in words, whatever the case and the punctuation", () => {
    assert.strictEqual(repetition("no no no no no"), 0.75)
    assert.strictEqual(repetition("all words are new here"), 0)
    assert.closeTo(repetition("Go on. Go on!"), 1 / 3, 1e-12)
    assert.strictEqual(repetition("Go on. Go on!", 3), 0)
    assert.strictEqual(repetition(""), 0)
  })
})
