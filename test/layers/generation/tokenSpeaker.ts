/** A token model by script, with a byte-level tokenizer. */
import { Effect } from "effect"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import type { TokenModel, TokenRequest } from "../../../layers/llm/TokenModel.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

export const tokenizer = makeTokenizer(vocabulary, config)
export const template = makeChatTemplate(tokenizer)
const [stop = -1] = tokenizer.encode("<|im_end|>")

interface Line {
  readonly text: string
  /** At the token limit: no end of turn follows. */
  readonly cut?: boolean
}

/** Says the texts in order, each under a key of its own; nothing once they are used up. */
export const saying = (lines: ReadonlyArray<Line>, known: Pick<TokenModel, "tokenizer"> = { tokenizer }) => {
  const asked: Array<TokenRequest> = []
  const model: TokenModel = {
    spec: { provider: "embedded", name: "m" },
    identity: "history",
    tokenizer: known.tokenizer,
    template,
    sample: (request) => {
      const { text, cut = false } = lines[asked.length] ?? { text: "" }
      asked.push(request)
      const tokens = [...known.tokenizer.encode(text), ...(cut ? [] : [stop])]
      const finish = cut ? "length" : "stop"
      return Effect.succeed({ tokens, logprobs: tokens.map((_, i) => -i), finish, key: `k${asked.length}` })
    },
    score: () => Effect.succeed([]),
  }
  return { model, asked }
}
