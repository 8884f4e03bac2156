import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc, Schema } from "effect"
import { Check, checkReply, repliesOf, scoreChecklist } from "../../../layers/evaluation/Checklist.ts"
import type { Replied } from "../../../layers/evaluation/Checklist.ts"

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

const message = fc.constantFrom("Oslo?", "a train", "One. Two.", "- a\n- b", "Der Zug ist da.", "")
const check = fc.constantFrom(...cases.map(([check]) => check))

describe("scoreChecklist", () => {
  const replies = repliesOf([
    { role: "user", content: "Which train?" },
    { role: "assistant", content: "The night train" },
    { role: "user", content: "And when?" },
    { role: "assistant", content: "At nine." },
  ])

  it("asks what a conversation has to contain of one reply, and the rest of each", () => {
    const { score, results } = scoreChecklist(
      [{ kind: "mentions", any: ["nine"] }, { kind: "ends-with-punctuation" }, { kind: "list" }],
      replies,
    )
    assert.strictEqual(score, (1 + 1 / 2 + 0) / 3)
    assert.deepEqual(results, [
      { check: "mentions", passed: true, reason: "mentions nine" },
      { check: "ends-with-punctuation", passed: false, reason: "breaks off" },
      { check: "list", passed: false, reason: "is no list" },
    ])
  })

  it("passes nothing where there is no reply or no check", () => {
    const { score, results } = scoreChecklist([{ kind: "words", max: 3 }], [])
    assert.strictEqual(score, 0)
    assert.deepEqual(results, [{ check: "words", passed: false, reason: "there is no reply" }])
    assert.deepEqual(scoreChecklist([], replies), { score: 0, results: [] })
  })

  it.prop("is a share, 1 exactly when every check passed", [fc.array(check), fc.array(message)], ([checks, said]) => {
    const { score, results } = scoreChecklist(
      checks,
      repliesOf(said.map((content) => ({ role: "assistant", content }))),
    )
    assert.isAtLeast(score, 0)
    assert.isAtMost(score, 1)
    assert.lengthOf(results, checks.length)
    assert.strictEqual(score === 1, checks.length > 0 && results.every(({ passed }) => passed))
  })
})

describe("repliesOf", () => {
  it("gives each reply what was said before it, and passes system lines over", () => {
    const messages = ["hello", "Hi!", "bye", "See you."].map((content, i) => ({
      role: i % 2 === 0 ? ("user" as const) : ("assistant" as const),
      content,
    }))
    assert.deepEqual(repliesOf([{ role: "system", content: "Be brief." }, ...messages]), [
      { reply: "Hi!", previousReplies: [], userMessages: ["hello"] },
      { reply: "See you.", previousReplies: ["Hi!"], userMessages: ["hello", "bye"] },
    ])
  })
})

describe("Check", () => {
  it("refuses a phrase without a word in it, an unknown kind and an unknown language", () => {
    const decode = Schema.decodeUnknownEither(Check)
    assert.isTrue(Either.isRight(decode({ kind: "mentions", any: ["d{5}"] })))
    for (const wrong of [{ kind: "mentions", any: ["?!"] }, { kind: "polite" }, { kind: "language", code: "xx" }])
      assert.isTrue(Either.isLeft(decode(wrong)), JSON.stringify(wrong))
  })
})
