import { assert, describe, it } from "@effect/vitest"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { leavingProbability, perplexity, sftDatum } from "../../../layers/training/SftDatums.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const tokenizer = makeTokenizer(vocabulary, config)
const template = makeChatTemplate(tokenizer)
const system = { role: "system", content: "A person." } as const
const conversation = {
  id: "c",
  user: "u",
  messages: [
    { role: "user", content: "hello" },
    { role: "assistant", content: "what?" },
    { role: "user", content: "why w" },
    { role: "assistant", content: "so" },
  ],
} as const
const datum = sftDatum({ tokenizer, template }, system, conversation)

describe("sftDatum", () => {
  it("trains on what users wrote, the ends of their turns, and leaving", () => {
    const trained = datum.targets.filter((_, i) => datum.weights[i] === 1)
    assert.strictEqual(tokenizer.decode(trained), "hello<|im_end|>why w<|im_end|><|im_end|>")
    const whole = template.render([system, ...conversation.messages], "user") + "<|im_end|>"
    assert.strictEqual(tokenizer.decode([...datum.tokens, ...datum.targets.slice(-1)]), whole)
    assert.strictEqual(datum.leaving, datum.targets.length - 1)
  })

  it("splits tokens where the simulator's prompt ends", () => {
    const prompt = template.encode([system, ...conversation.messages.slice(0, 2)], "user")
    assert.deepStrictEqual(datum.tokens.slice(0, prompt.length), prompt)
    assert.strictEqual(datum.weights[prompt.length - 1], 1)
  })

  it("measures perplexity over user tokens without the leaving, which has a probability of its own", () => {
    const logprobs = datum.weights.map((weight, i) => (i === datum.leaving ? -0.5 : weight === 1 ? -2 : -100))
    const found = perplexity([datum], [logprobs])
    assert.closeTo(found.perplexity, Math.exp(2), 1e-9)
    assert.strictEqual(found.tokens, datum.weights.filter((weight) => weight === 1).length - 1)
    assert.closeTo(leavingProbability([datum], [logprobs]), Math.exp(-0.5), 1e-9)
  })
})
