import { Effect, Either, Schema } from "effect"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { userSystem } from "../../../layers/generation/userSystem.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { loadTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { withSpecialToken } from "../../../layers/llm/withSpecialToken.ts"
import { flip, Kind } from "../../../layers/training/SftFlip.ts"
import type { FlipRules, Rejection } from "../../../layers/training/SftFlip.ts"
import { Message } from "../../../src/domain/Conversation.ts"
import { modelFolder } from "../modelFolder.ts"
import { difference, topic } from "../Topic.ts"
import type { Topic } from "../Topic.ts"

const Input = Schema.Struct({ intent: Schema.String, conversation: Schema.Array(Message) })
const SameAsLab = Schema.Struct({ rel: Schema.Struct({ same_as_lab: Schema.Literal(true) }) })

/** Token ids and labels of flipped conversations, by the rules of both code bases. Labels are not shifted. */
export const sftFlipTopic: Topic = Effect.gen(function* () {
  // The reference adds the marker to the tokenizer alone, whether the model has a row for it or not.
  const loaded = { ...(yield* loadTokenizer(yield* modelFolder)), rows: undefined }
  const codec = { tokenizer: withSpecialToken(loaded, endMarker), template: makeChatTemplate(loaded) }
  return yield* topic(Input, ({ intent, conversation: messages }, expected) => {
    const by = (rules: FlipRules) => {
      const system = userSystem("intent", undefined, intent)
      return inTheirNames(flip(codec, { messages, intent }, { rules, system, intended: true, marker: endMarker }))
    }
    const lab = by("lab")
    const rel = by("rel")
    const actual = Schema.is(SameAsLab)(expected)
      ? { lab, rel: { ...rel, same_as_lab: difference(rel, lab) === undefined } }
      : { lab, rel }
    return difference(actual, expected)
  })
})

const inTheirNames = (flipped: ReturnType<typeof flip>) =>
  Either.match(flipped, {
    onLeft: (reason) => ({ status: "rejected", code: codes[reason] }),
    onRight: ({ ids, kinds }) => ({
      status: "ok",
      input_ids: ids,
      labels: ids.map((id, i) => (kinds[i] === Kind.masked ? -100 : id)),
    }),
  })

const codes: Readonly<Record<Rejection, number>> = {
  "no messages": -1,
  "no intent": -1,
  "a blank message": -1,
  "roles don't alternate from the user": -2,
  "the user has the last word": -2,
}
