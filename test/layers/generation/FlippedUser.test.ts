import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { flippedUser } from "../../../layers/generation/FlippedUser.ts"
import { withSpecialToken } from "../../../layers/llm/withSpecialToken.ts"
import type { Message } from "../../../src/domain/Conversation.ts"
import type { Condition } from "../../../src/domain/Results.ts"
import { saying, tokenizer } from "./tokenSpeaker.ts"

const persona = { name: "curious", description: "You are curious", rules: ["Ask why."], weight: 1 }
const messages: ReadonlyArray<Message> = [
  { role: "user", content: "hi" },
  { role: "assistant", content: "hello" },
]
const request = { messages, intent: " To learn. ", seed: 1, attempt: 0 }

const speaking = (texts: ReadonlyArray<string>, condition: Condition = "persona", known = { tokenizer }) => {
  const { model, asked } = saying(
    texts.map((text) => ({ text })),
    known,
  )
  const sampling = { maxTokens: 9, temperature: 0.8 }
  const user = flippedUser(model, { persona, condition }, sampling, { role: "simulator", step: "s" })
  return { user, asked, promptOf: (i: number) => known.tokenizer.decode(asked[i]?.prompt ?? []) }
}

describe("flippedUser", () => {
  it.effect("is asked to go on as the user, and keeps its tokens", () =>
    Effect.gen(function* () {
      const { user, asked, promptOf } = speaking(["why?"])
      const said = yield* user.next(request)
      assert.deepInclude(said, { _tag: "Said", text: "why?", key: "k1", model: "history", finish: "stop" })
      assert.strictEqual(tokenizer.decode(said.tokens ?? []), "why?<|im_end|>")
      assert.strictEqual(said.logprobs?.length, said.tokens?.length)
      assert.isTrue(promptOf(0).endsWith("hello<|im_end|>\n<|im_start|>user\n"))
      assert.deepInclude(asked[0], { seed: 1, maxTokens: 9, temperature: 0.8 })
    }),
  )

  it.effect("reads what was said as it was trained on it, without the space around it", () =>
    Effect.gen(function* () {
      const { user, promptOf } = speaking(["why?"])
      yield* user.next({ ...request, messages: [{ role: "user", content: " hi \n" }, ...messages.slice(1)] })
      assert.include(promptOf(0), "<|im_start|>user\nhi<|im_end|>")
    }),
  )

  it.effect("leaves with an empty turn, or with the marker and words beside it", () =>
    Effect.gen(function* () {
      const texts = ["", endMarker, `thx ${endMarker} junk`]
      const { user } = speaking(texts)
      for (const closing of [null, null, "thx"])
        assert.deepInclude(yield* user.next(request), { _tag: "Left", closing })
      const special = { tokenizer: withSpecialToken(tokenizer, endMarker) }
      const trained = speaking(texts, "intent", special)
      for (const closing of [null, null, "thx"]) {
        assert.deepInclude(yield* trained.user.next(request), { _tag: "Left", closing })
      }
      const [marker = -1] = special.tokenizer.encode(endMarker)
      assert.isTrue(trained.asked[0]?.stop.includes(marker))
    }),
  )

  it.effect("is told what its condition says, and nothing else", () =>
    Effect.gen(function* () {
      const lines = {
        persona: "You are curious. Ask why.",
        intent: "To learn.",
        "persona-and-intent": "You are curious. Ask why.\n\nTo learn.",
        // The template's own.
        none: "Be kind.",
      }
      for (const [condition, line] of Object.entries(lines)) {
        const { user, promptOf } = speaking(["why?"], condition as Condition)
        yield* user.next(request)
        assert.isTrue(promptOf(0).startsWith(`<|im_start|>system\n${line}<|im_end|>\n<|im_start|>user\nhi`), condition)
      }
    }),
  )

  it.effect("writes an opening where nothing was said", () =>
    Effect.gen(function* () {
      const { user, promptOf } = speaking(["hi"], "intent")
      assert.deepInclude(yield* user.next({ ...request, messages: [] }), { _tag: "Said", text: "hi" })
      assert.strictEqual(promptOf(0), "<|im_start|>system\nTo learn.<|im_end|>\n<|im_start|>user\n")
    }),
  )

  it.effect("is drawn hotter with every refusal, up to 1", () =>
    Effect.gen(function* () {
      const { user, asked } = speaking(Array(12).fill("why?"))
      for (let attempt = 0; attempt < 12; attempt++) yield* user.next({ ...request, attempt })
      const temperatures = asked.map(({ temperature }) => temperature)
      assert.closeTo(temperatures[1] ?? 0, 0.85, 1e-9)
      assert.deepStrictEqual(
        temperatures.slice(4).map((one) => Math.round(one * 100) / 100),
        Array(8).fill(1),
      )
    }),
  )
})
