import { Effect, Schema } from "effect"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { loadTokenizer } from "../../../layers/llm/Tokenizer.ts"
import type { Tokenizer } from "../../../layers/llm/Tokenizer.ts"
import { Message } from "../../../src/domain/Conversation.ts"
import { modelFolder } from "../modelFolder.ts"
import { difference, topic } from "../Topic.ts"
import type { Topic } from "../Topic.ts"

const Chat = Schema.Struct({
  op: Schema.Literal("chat"),
  messages: Schema.Array(Message),
  add_generation_prompt: Schema.Boolean,
})
const Input = Schema.Union(Schema.Struct({ op: Schema.Literal("encode"), text: Schema.String }), Chat)

/** Ids, decoded text and chat template of the embedded model's tokenizer. */
export const tokenizerTopic: Topic = Effect.gen(function* () {
  const tokenizer = yield* loadTokenizer(yield* modelFolder)
  return yield* topic(Input, (input, expected) => {
    const text = input.op === "encode" ? input.text : render(tokenizer, input)
    const ids = tokenizer.encode(text)
    return difference({ text, ids, decoded: tokenizer.decode(ids) }, expected)
  })
})

const render = (tokenizer: Tokenizer, input: typeof Chat.Type) =>
  makeChatTemplate(tokenizer).render(input.messages, input.add_generation_prompt ? "assistant" : undefined)
