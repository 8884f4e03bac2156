import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  fewShotIntentPrompt,
  intentOpening,
  IntentPrompt,
  intentPromptHash,
  plainIntentPrompt,
  renderIntentPrompt,
} from "../../../../layers/generation/intents/IntentPrompt.ts"
import { readIntent } from "../../../../layers/generation/intents/readIntent.ts"
import { sha256Hex } from "../../../../src/domain/CanonicalJson.ts"

const decode = Schema.decodeSync(IntentPrompt)
const messages = [
  { role: "user", content: "Why is the sky blue?" },
  { role: "assistant", content: "Because of scattering." },
  { role: "user", content: "and at night" },
] as const

describe("the prompts for intents", () => {
  it("show examples that keep the rules", () => {
    const { examples } = decode(fewShotIntentPrompt)
    assert.lengthOf(examples, 3)
    for (const { messages, intent } of examples) {
      const said = messages.map(({ content }) => content)
      const read = readIntent({ text: intent, finish: "stop" }, said, { maxCopied: 2, maxWords: 40 })
      assert.strictEqual(read._tag, "Right", intent)
    }
  })

  it("show the conversation, or the user's part of it", () => {
    const all = renderIntentPrompt(decode(fewShotIntentPrompt), messages)
    assert.include(
      all,
      "\n\nuser: Why is the sky blue?\n\nassistant: Because of scattering.\n\nuser: and at night\n\nAnswer",
    )
    assert.include(all, `begin exactly with "${intentOpening}"`)
    assert.strictEqual(
      renderIntentPrompt(decode(plainIntentPrompt), messages),
      [
        plainIntentPrompt.instructions,
        "user: Why is the sky blue?",
        "user: and at night",
        plainIntentPrompt.closing,
      ].join("\n\n"),
    )
  })

  it("are known by their content", () => {
    const plain = decode(plainIntentPrompt)
    assert.strictEqual(intentPromptHash(plain), intentPromptHash(decode({ ...plainIntentPrompt, shown: "user" })))
    assert.notStrictEqual(intentPromptHash(plain), intentPromptHash({ ...plain, shown: "all" }))
  })

  // The texts are part of a step's id, and how they are put together is not: where this changes, `Intents` needs a new version.
  it("are put together as version 1 of the stage does it", () => {
    const prompt = { ...plainIntentPrompt, instructions: "Sum up.", closing: "Now.", shown: "all" } as const
    const examples = [{ messages: [messages[0]], intent: "To know." }] as const
    const rendered = [decode(prompt), decode({ ...prompt, examples })].map((one) => renderIntentPrompt(one, messages))
    assert.strictEqual(
      sha256Hex(rendered.join("\n====\n")),
      "97d92549944ce32b73b428773a733fd6bf42a4659d7d8d26777ddea7da1e99ce",
    )
  })
})
