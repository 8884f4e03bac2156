import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Message } from "../../../src/domain/Conversation.ts"
import { flippedUser } from "../../../layers/generation/FlippedUser.ts"
import { tokenAssistant } from "../../../layers/generation/TokenAssistant.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import type { TokenModel, TokenRequest } from "../../../layers/llm/TokenModel.ts"
import type { Transition } from "../../../layers/training/GrpoDatums.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const tokenizer = makeTokenizer(vocabulary, config)
const template = makeChatTemplate(tokenizer)
const [stop = -1] = tokenizer.encode("<|im_end|>")
const caller = { role: "assistant", step: "s" } as const

/** Says the given texts in order, each ended by the stop token unless it is cut off. */
const saying = (...texts: ReadonlyArray<{ readonly text: string; readonly cut?: boolean }>) => {
  const asked: Array<TokenRequest> = []
  const model: TokenModel = {
    spec: { provider: "embedded", name: "m" },
    identity: "i",
    tokenizer,
    template,
    sample: (request) => {
      const { text, cut = false } = texts[asked.length] ?? { text: "" }
      asked.push(request)
      const tokens = [...tokenizer.encode(text), ...(cut ? [] : [stop])]
      return Effect.succeed({ tokens, logprobs: tokens.map(() => -1), finish: cut ? "length" : "stop", key: "k" })
    },
    score: () => Effect.succeed([]),
  }
  return { model, asked }
}

const talk = (cut: boolean) =>
  Effect.gen(function* () {
    const { model, asked } = saying({ text: " hello there ", cut }, { text: "bye" })
    const assistant = tokenAssistant(model, { system: "Be brief.", maxTokens: 9, temperature: 1 }, caller)
    const messages: Array<Message> = [{ role: "user", content: "hi" }]
    const before: Array<Transition> = []
    for (const said of ["more?", undefined]) {
      const reply = yield* assistant.reply({ messages: [...messages], before: [...before], seed: 1 })
      messages.push({ role: "assistant", content: reply.text })
      if (reply.transition !== undefined) before.push(reply.transition)
      if (said !== undefined) messages.push({ role: "user", content: said })
    }
    return { asked, before, messages }
  })

describe("tokenAssistant", () => {
  for (const cut of [false, true]) {
    it.effect(`carries sampled tokens over as they were${cut ? ", closing a reply that was cut off" : ""}`, () =>
      Effect.gen(function* () {
        const { before, messages } = yield* talk(cut)
        const [first, second] = before
        assert.deepStrictEqual(
          second?.observation.slice(0, (first?.observation.length ?? 0) + (first?.action.length ?? 0)),
          [...(first?.observation ?? []), ...(first?.action ?? [])],
        )
        assert.strictEqual(messages[1]?.content, "hello there")
        const verbatim = [
          { role: "system", content: "Be brief." } as const,
          { role: "user", content: "hi" } as const,
          { role: "assistant", content: " hello there " } as const,
          { role: "user", content: "more?" } as const,
        ]
        assert.strictEqual(tokenizer.decode(second?.observation ?? []), template.render(verbatim, "assistant"))
      }),
    )
  }
})

describe("flippedUser", () => {
  it.effect("is asked to go on as the user, and leaves with an empty turn", () =>
    Effect.gen(function* () {
      const { model, asked } = saying({ text: "why?" }, { text: "" })
      const persona = { name: "plain", prompt: "A curious person." }
      const user = flippedUser(model, persona, { maxTokens: 9, temperature: 0.8 }, caller)
      const messages: ReadonlyArray<Message> = [
        { role: "user", content: "hi" },
        { role: "assistant", content: "hello" },
      ]
      const request = { messages, intent: undefined, seed: 1, attempt: 0 }
      assert.deepStrictEqual(yield* user.next(request), { _tag: "Said", text: "why?", key: "k" })
      assert.deepStrictEqual(yield* user.next({ ...request, attempt: 2 }), { _tag: "Left", key: "k" })
      assert.isTrue(tokenizer.decode(asked[0]?.prompt ?? []).endsWith("hello<|im_end|>\n<|im_start|>user\n"))
      assert.isAbove(asked[1]?.temperature ?? 0, 0.8)
    }),
  )
})
