import { describe, expect, it } from "vitest"
import { makeChatTemplate, TemplateFailed } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import type { Message } from "../../../src/domain/Conversation.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const tokenizer = makeTokenizer(vocabulary, config)
const template = makeChatTemplate(tokenizer)
const conversation: ReadonlyArray<Message> = [
  { role: "system", content: "Plan a trip." },
  { role: "user", content: "hello" },
  { role: "assistant", content: "hi" },
]
const closed =
  "<|im_start|>system\nPlan a trip.<|im_end|>\n<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\nhi<|im_end|>\n"

describe("makeChatTemplate", () => {
  it("closes every turn, or opens the next one for either role", () => {
    expect(template.render(conversation)).toBe(closed)
    expect(template.render(conversation, "assistant")).toBe(`${closed}<|im_start|>assistant\n`)
    expect(template.render(conversation, "user")).toBe(`${closed}<|im_start|>user\n`)
    expect(template.render(conversation.slice(0, 1), "user")).toBe(
      "<|im_start|>system\nPlan a trip.<|im_end|>\n<|im_start|>user\n",
    )
  })

  it("lets the template add its default system prompt", () => {
    expect(template.render([], "user")).toBe("<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n")
  })

  it("frames a turn, so that the pieces are the whole", () => {
    const { before, after } = template.frame(conversation.slice(0, 2), "assistant")
    expect(`${before}hi${after}`).toBe(closed)
    expect([...tokenizer.encode(before), ...tokenizer.encode("hi"), ...tokenizer.encode(after)]).toEqual(
      template.encode(conversation),
    )
  })

  it("says what a template refuses", () => {
    const strict = makeChatTemplate(tokenizer, "{{ raise_exception('roles must alternate') }}")
    expect(() => strict.render(conversation)).toThrow(TemplateFailed)
    expect(() => strict.render(conversation)).toThrow("roles must alternate")
    expect(() => makeChatTemplate(tokenizer, "{% for")).toThrow(TemplateFailed)
    expect(() => makeChatTemplate({ ...tokenizer, chatTemplate: undefined, specialTokens: new Map() })).toThrow(
      "names none",
    )
    expect(() => makeChatTemplate(tokenizer, "nothing").frame([], "user")).toThrow("drops the content")
  })
})
