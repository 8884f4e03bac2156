import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { converse } from "../../../layers/generation/converse.ts"
import { tokenAssistant } from "../../../layers/generation/TokenAssistant.ts"
import { going, setting } from "./scriptedSpeakers.ts"
import { saying, template, tokenizer } from "./tokenSpeaker.ts"

const sampling = { system: "Be brief.", maxTokens: 9, temperature: 1 }

const talk = (cut: boolean) =>
  Effect.gen(function* () {
    const { model, asked } = saying([{ text: " hello there ", cut }, { text: "bye" }])
    const assistant = tokenAssistant(model, sampling, { role: "assistant", step: "s" })
    const user = going(() => Effect.succeed("more?"))
    return { asked, dialogue: yield* converse(assistant, user.user, setting({ limits: { turns: 2 } })) }
  })

describe("tokenAssistant", () => {
  for (const cut of [false, true]) {
    it.effect(`carries sampled tokens over as they were${cut ? ", closing a reply that was cut off" : ""}`, () =>
      Effect.gen(function* () {
        const { asked, dialogue } = yield* talk(cut)
        const [first, second] = dialogue.transitions
        assert.deepStrictEqual(
          second?.observation.slice(0, (first?.observation.length ?? 0) + (first?.action.length ?? 0)),
          [...(first?.observation ?? []), ...(first?.action ?? [])],
        )
        assert.strictEqual(dialogue.messages[1]?.content, "hello there")
        const verbatim = [
          { role: "system", content: "Be brief." } as const,
          { role: "user", content: "Hi there" } as const,
          { role: "assistant", content: " hello there " } as const,
          { role: "user", content: "more?" } as const,
        ]
        assert.strictEqual(tokenizer.decode(asked[1]?.prompt ?? []), template.render(verbatim, "assistant"))
      }),
    )
  }

  it.effect("tells the conversation its tokens, log-probabilities and how long it is", () =>
    Effect.gen(function* () {
      const { dialogue } = yield* talk(false)
      const [first] = dialogue.transitions
      assert.deepInclude(dialogue.turns[1], {
        model: "history",
        key: "k1",
        finish: "stop",
        tokens: first?.action ?? [],
        logprobs: first?.logprobs ?? [],
      })
      const length = (first?.observation.length ?? 0) + (first?.action.length ?? 0)
      const held = (conversationTokens: number) => {
        const assistant = tokenAssistant(saying([{ text: " hello there " }]).model, sampling, {
          role: "assistant",
          step: "s",
        })
        const user = going(() => Effect.succeed("more?"))
        return converse(assistant, user.user, setting({ limits: { turns: 1, conversationTokens } }))
      }
      assert.strictEqual((yield* held(length)).ending, "length")
      assert.strictEqual((yield* held(length + 1)).ending, "turn-limit")
    }),
  )
})
