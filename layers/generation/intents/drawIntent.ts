/**
 * The intent of one conversation: drawn until an answer is one, so often at most, each time under a seed of its own.
 * Outages and whatever needs a person fail the effect; what a model gave instead of an intent is counted by reason.
 */
import { Effect, Either, Schema } from "effect"
import type { Conversation, Message } from "../../../src/domain/Conversation.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import { Attempt } from "../../../src/durable/Attempt.ts"
import { keepingData } from "../dataFailures.ts"
import type { IntentRecipe } from "./IntentRecipe.ts"
import type { IntentWriter } from "./IntentWriter.ts"
import { IntentRefusal, readIntent } from "./readIntent.ts"
import { lengthOf, shorten } from "./shorten.ts"
import type { Shortened } from "./shorten.ts"

/** What became of one conversation. */
export const DrawnIntent = Schema.Struct({
  id: Schema.NonEmptyString,
  /** Null where every draw was refused; the last refusal is then the reason. */
  intent: Schema.NullOr(Schema.NonEmptyString),
  /** Of each draw that was no intent, in order. */
  refusals: Schema.Array(IntentRefusal),
  /** What the model was shown. `overflowed`: it was shortened further, as the prompt did not fit the context. */
  shown: Schema.Literal("whole", "cut", "fitted", "overflowed"),
  /** Keys in the journal of the calls that answered. */
  calls: Schema.Array(Schema.String),
})
export type DrawnIntent = typeof DrawnIntent.Type

export const drawIntent = Effect.fn("drawIntent")(function* (
  writer: IntentWriter,
  { id, messages }: Pick<Conversation, "id" | "messages">,
  recipe: IntentRecipe,
  seed: number,
) {
  const userTurns = messages.flatMap(({ role, content }) => (role === "user" ? [content] : []))
  const refusals: Array<IntentRefusal> = []
  const calls: Array<string> = []
  const seen = recipe.prompt.shown === "user" ? messages.filter(({ role }) => role === "user") : messages
  let shown: Shown = shorten(seen, recipe)
  const result = (intent: string | null): DrawnIntent => ({ id, intent, refusals, shown: shown.as, calls })

  // The journal holds the answers that were of no use when the step was done before: draws go on where they end.
  const draws = recipe.draws * ((yield* Attempt) + 1)
  for (let attempt = 0; attempt < draws; attempt++) {
    const own = { seed: deriveSeed([seed, "intent", id, attempt]), attempt }
    let answer = yield* keepingData(writer.write({ messages: shown.messages, ...own }))
    if (answer._tag === "Failed" && answer.error._tag === "ContextOverflow" && shown.as !== "overflowed") {
      shown = harder(shown.messages)
      answer = yield* keepingData(writer.write({ messages: shown.messages, ...own }))
    }
    if (answer._tag === "Failed") {
      const refusal = refusalOf(answer.error)
      refusals.push(refusal)
      // It is the conversation that doesn't fit: no other seed makes it shorter.
      if (refusal === "context overflow") return result(null)
      continue
    }
    calls.push(answer.value.key)
    const read = readIntent(answer.value, userTurns, recipe)
    if (Either.isRight(read)) return result(read.right)
    refusals.push(read.left)
  }
  return result(null)
})

interface Shown {
  readonly messages: ReadonlyArray<Message>
  readonly as: Shortened["as"] | "overflowed"
}

/** A third of what did not fit. */
const harder = (messages: ReadonlyArray<Message>): Shown => {
  const limits = { assistantCharacters: 512, maxCharacters: Math.max(1000, Math.floor(lengthOf(messages) / 3)) }
  return { messages: shorten(messages, limits).messages, as: "overflowed" }
}

const refusalOf = ({ _tag }: LlmError): IntentRefusal =>
  _tag === "ContextOverflow" ? "context overflow" : _tag === "Refused" ? "refused" : "invalid answer"
