/** A model in tokens of which a test says how it likes a word after a prompt. */
import { Effect } from "effect"
import { makeChatTemplate } from "../../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../../layers/llm/Tokenizer.ts"
import type { TokenModel } from "../../../../layers/llm/TokenModel.ts"
import { config, vocabulary } from "../../../support/tinyTokenizer.ts"

/** `liked` is in nats. */
export const wordTokens = (liked: (prompt: string, word: string) => number): TokenModel => {
  const tokenizer = makeTokenizer(vocabulary, config)
  return {
    spec: { provider: "embedded", name: "scripted-base" },
    identity: "scripted",
    tokenizer,
    template: makeChatTemplate(tokenizer),
    sample: () => Effect.die("not used"),
    score: (tokens) => {
      const text = tokenizer.decode(tokens)
      const word = text.endsWith("Yes") ? "Yes" : "No"
      const own = tokenizer.encode(word).length
      const value = liked(text, word) / own
      return Effect.succeed(tokens.slice(1).map((_, i) => (i >= tokens.length - 1 - own ? value : -9)))
    },
  }
}
