import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { checkReply } from "../../../layers/evaluation/Checklist.ts"
import type { Check, Replied } from "../../../layers/evaluation/Checklist.ts"
import { copyShare, repetition } from "../../../layers/evaluation/Parroting.ts"

const said = (reply: string, more: Partial<Replied> = {}): Replied => ({
  reply,
  previousReplies: [],
  userMessages: ["Which train goes to Oslo tonight?"],
  ...more,
})

const cases: ReadonlyArray<readonly [Check, Replied, boolean]> = [
  [{ kind: "words", min: 2, max: 3 }, said("two words"), true],
  [{ kind: "words", min: 2, max: 3 }, said("it's four words long"), false],
  [{ kind: "words" }, said(""), true],
  [{ kind: "mentions", any: ["night train"] }, said("Take the NIGHT-train."), true],
  [{ kind: "mentions", any: ["rain"] }, said("Take the train."), false],
  [{ kind: "ends-with-question" }, said("Shall I book (it)?)"), true],
  [{ kind: "ends-with-question" }, said("Why? Because."), false],
  [{ kind: "ends-with-punctuation" }, said('He said "done."'), true],
  [{ kind: "ends-with-punctuation" }, said("It breaks off in the"), false],
  [{ kind: "list" }, said("Steps:\n1. go\n2) stay"), true],
  [{ kind: "list" }, said("- only one\nline - here"), false],
  [{ kind: "no-list" }, said("* a\n* b"), false],
  [{ kind: "language", code: "en" }, said("This is the train to Oslo"), true],
  [{ kind: "language", code: "de" }, said("Der Zug ist nicht da"), true],
  [{ kind: "language", code: "en" }, said("Der Zug ist nicht da"), false],
  [{ kind: "no-repetition" }, said("go to Oslo and go to Oslo"), false],
  [{ kind: "no-repetition" }, said("Go there!", { previousReplies: ["go there"] }), false],
  [{ kind: "no-repetition" }, said("go to Oslo and stay"), true],
  [{ kind: "addresses-user" }, said("The evening train does."), true],
  [{ kind: "addresses-user" }, said("Which one? I can't say."), false],
]

describe("checkReply", () => {
  for (const [check, replied, expected] of cases) {
    it(`${check.kind}: ${expected ? "accepts" : "refuses"} ${JSON.stringify(replied.reply)}`, () => {
      const { passed, reason } = checkReply(check, replied)
      assert.strictEqual(passed, expected, reason)
      assert.isNotEmpty(reason)
    })
  }
})

const text = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 30 }).map((words) => words.join(" "))

describe("copyShare and repetition", () => {
  it.prop("are shares", [text, fc.array(text)], ([reply, messages]) => {
    for (const share of [copyShare(reply, messages), repetition(reply)]) {
      assert.isAtLeast(share, 0)
      assert.isAtMost(share, 1)
    }
  })

  it.prop("never fall when the user has said more", [text, fc.array(text), text], ([reply, messages, more]) => {
    assert.isAtLeast(copyShare(reply, [...messages, more]), copyShare(reply, messages))
  })

  it("know an echo from an answer", () => {
    const asked = "Which train goes to Oslo tonight?"
    assert.strictEqual(copyShare("Which train goes to Oslo tonight.", [asked]), 1)
    assert.strictEqual(copyShare("The night train to Bergen.", [asked]), 0)
    assert.strictEqual(copyShare("Sure: which train goes to Oslo", [asked]), 5 / 6)
    assert.strictEqual(copyShare("to Oslo", [asked]), 1)
    assert.strictEqual(copyShare("Tonight", [asked]), 0)
    assert.strictEqual(repetition("no no no no no"), 0.75)
    assert.strictEqual(repetition("all words are new here"), 0)
  })
})
