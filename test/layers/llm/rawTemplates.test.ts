import { assert, describe, it } from "@effect/vitest"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { rawTemplates, renderRaw } from "../../../layers/llm/rawTemplates.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { NoRoomForToken, withSpecialToken } from "../../../layers/llm/withSpecialToken.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const tokenizer = makeTokenizer(vocabulary, config)
const messages = [
  { role: "system", content: "Be kind." },
  { role: "user", content: "hello" },
  { role: "assistant", content: "what?" },
] as const

describe("chat formats as strings", () => {
  it("are what the model's own ChatML template writes", () => {
    const own = makeChatTemplate(tokenizer)
    for (const role of [undefined, "user", "assistant"] as const)
      assert.strictEqual(renderRaw(rawTemplates.chatml, messages, role), own.render(messages, role))
  })

  it("stand in where a tokenizer has their special tokens and no template", () => {
    const bare = makeChatTemplate({ ...tokenizer, chatTemplate: undefined })
    assert.strictEqual(bare.render(messages, "user"), renderRaw(rawTemplates.chatml, messages, "user"))
    const specialTokens = new Map([
      ["<|start_header_id|>", 1],
      ["<|eot_id|>", 2],
    ])
    const llama = makeChatTemplate({ ...tokenizer, chatTemplate: undefined, specialTokens })
    assert.strictEqual(
      llama.render(messages.slice(0, 2), "assistant"),
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>" +
        "<|start_header_id|>user<|end_header_id|>\n\nhello<|eot_id|>" +
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    )
  })

  it("have the texts around turns, which with the contents are the whole", () => {
    const { segments, render } = makeChatTemplate(tokenizer)
    const texts = segments(messages)
    assert.lengthOf(texts, 3)
    assert.strictEqual(`${texts[0]}hello${texts[1]}what?${texts[2]}`, render(messages))
  })
})

describe("withSpecialToken", () => {
  const more = withSpecialToken(tokenizer, "<|bye|>")

  it("gives the next free id, in both directions", () => {
    assert.strictEqual(tokenizer.nextId, 268)
    const ids = more.encode("hello<|bye|> you<|bye|>")
    assert.deepStrictEqual(ids, [...tokenizer.encode("hello"), 268, ...tokenizer.encode(" you"), 268])
    assert.strictEqual(more.decode(ids), "hello<|bye|> you<|bye|>")
    assert.strictEqual(more.specialTokens.get("<|bye|>"), 268)
    assert.strictEqual(withSpecialToken(more, "<|bye|>"), more)
  })

  it("refuses an id that the model's embedding has no row for", () => {
    assert.throws(() => withSpecialToken({ ...tokenizer, rows: 268 }, "<|bye|>"), NoRoomForToken)
    assert.strictEqual(withSpecialToken({ ...tokenizer, rows: 269 }, "<|bye|>").nextId, 269)
  })
})
