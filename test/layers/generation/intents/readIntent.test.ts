import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { intentOpening } from "../../../../layers/generation/intents/IntentPrompt.ts"
import { readIntent } from "../../../../layers/generation/intents/readIntent.ts"

const rules = { maxCopied: 8, maxWords: 60 }
const good = `${intentOpening} plan a trip and keep it cheap.`
const read = (text: string, userTurns: ReadonlyArray<string> = [], finish: "stop" | "length" = "stop") =>
  Either.merge(readIntent({ text, finish }, userTurns, rules))

describe("readIntent", () => {
  it.each([
    ["as it is", good],
    ["in quotation marks", `"${good}"`],
    ["in curly ones, with blanks around", `  “${good}”\n`],
    ["in a fence", `\`\`\`\n${good}\n\`\`\``],
    ["in a fence with a name and quotation marks", `\`\`\`text\n"${good}"\n\`\`\``],
    ["after thoughts", `<think>\nThe user wants to\n\nplan.</think>\n\n${good}`],
    ["after thoughts whose beginning the template has", `The user wants "to plan".\n</think>\n\n${good}`],
  ])("takes an intent %s", (_, text) => {
    assert.strictEqual(read(text), good)
  })

  it.each([
    ["", "empty"],
    ["  \n", "empty"],
    ['""', "empty"],
    ["<think>first, the user", "empty"],
    ["<think>done</think>", "empty"],
    [intentOpening, "empty"],
    [`${intentOpening} ...`, "empty"],
    [`${intentOpening}day is nice`, "wrong opening"],
    [`Summary: ${good}`, "wrong opening"],
    [good.toLowerCase(), "wrong opening"],
    ["I can't help with that.", "wrong opening"],
    [`${good}\n\nIn short, travel.`, "several paragraphs"],
    [`${intentOpening} ${"talk ".repeat(50)}`, "too long"],
  ])("refuses %j: %s", (text, reason) => {
    assert.strictEqual(read(text), reason)
  })

  it("keeps the whole sentences of an answer that was cut off, where there are any", () => {
    assert.strictEqual(read(`${good} The user also`, [], "length"), good)
    assert.strictEqual(read(good.slice(0, -1), [], "length"), "cut off")
    assert.strictEqual(read("<think>and then", [], "length"), "cut off")
  })

  it("refuses more than the allowed words in a row of a user turn, whatever their case and punctuation", () => {
    const turn = "Hello! Please find me, one cheap hotel by the Old Harbour in Genoa."
    assert.strictEqual(
      read(`${intentOpening} find me one cheap hotel by the old`, [turn]),
      `${intentOpening} find me one cheap hotel by the old`,
    )
    assert.strictEqual(
      read(`${intentOpening} find me one cheap hotel by the old harbour`, ["other", turn]),
      "copies the user",
    )
  })

  const word = fc.stringMatching(/^[a-z]{2,8}$/)

  it("takes every short sentence that shares no run with the user, and what it takes keeps the rules", () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 70, size: "max" }),
        fc.array(fc.array(word, { maxLength: 40 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (words, turns, maxCopied) => {
          const text = `${intentOpening} ${words.join(" ")}.`
          const said = turns.map((turn) => turn.join(" "))
          const result = readIntent({ text, finish: "stop" }, said, { maxCopied, maxWords: 60 })
          const copied = longestRun(words, turns) > maxCopied
          const tooLong = words.length + 11 > 60
          assert.deepStrictEqual(
            result,
            tooLong ? Either.left("too long") : copied ? Either.left("copies the user") : Either.right(text),
          )
        },
      ),
    )
  })

  it("finds a copied run wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 10 }),
        fc.array(word, { minLength: 9, maxLength: 20 }),
        fc.array(word, { maxLength: 10 }),
        (before, run, after) => {
          const turn = [...after, ...run, ...before].join(" ")
          assert.strictEqual(
            read(`${intentOpening} ${[...before, ...run, ...after].join(" ")}`, [turn]),
            "copies the user",
          )
        },
      ),
    )
  })

  it("never fails, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string()), (text, turns) => {
        const taken = Either.getOrUndefined(readIntent({ text, finish: "stop" }, turns, rules))
        assert.isTrue(taken === undefined || taken.startsWith(intentOpening))
      }),
    )
  })
})

const longestRun = (words: ReadonlyArray<string>, turns: ReadonlyArray<ReadonlyArray<string>>) => {
  let longest = 0
  for (const turn of turns)
    for (let i = 0; i < words.length; i++)
      for (let j = 0; j < turn.length; j++) {
        let length = 0
        while (i + length < words.length && j + length < turn.length && words[i + length] === turn[j + length]) length++
        longest = Math.max(longest, length)
      }
  return longest
}
