import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { makeChatTemplate } from "../../../../layers/llm/ChatTemplate.ts"
import { loadTokenizer } from "../../../../layers/llm/Tokenizer.ts"
import { findInstall } from "../../../../layers/training/embedded/EmbeddedInstall.ts"
import { embeddedTokenizer } from "../../../../layers/training/embedded/EmbeddedTokenizer.ts"

const texts = ["I'm 81 years old, déjà vu ½ 🙂", "one\n\ntwo  three", "<|im_start|>user\nhi<|im_end|>", "12345 ١٢٣"]

describe("embeddedTokenizer", () => {
  it.effect("reads and writes text by itself", () =>
    Effect.gen(function* () {
      const tokenizer = yield* embeddedTokenizer
      for (const text of texts) assert.strictEqual(tokenizer.decode(tokenizer.encode(text)), text)
      assert.strictEqual(tokenizer.specialTokens.get("<|im_end|>"), 2)
    }),
  )

  it.effect("is the one of the installed model, where that is installed", (context) =>
    Effect.gen(function* () {
      const install = yield* Effect.option(findInstall())
      if (Option.isNone(install)) return context.skip()
      const installed = yield* loadTokenizer(install.value.model.folder)
      const bundled = yield* embeddedTokenizer
      for (const text of texts) assert.deepEqual(bundled.encode(text), installed.encode(text))
      assert.deepEqual(bundled.names, installed.names)
      assert.strictEqual(bundled.chatTemplate, installed.chatTemplate)
      const messages = [{ role: "user", content: "hello" }] as const
      const [own, theirs] = [makeChatTemplate(bundled), makeChatTemplate(installed)]
      assert.deepEqual(own.encode(messages, "assistant"), theirs.encode(messages, "assistant"))
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})
