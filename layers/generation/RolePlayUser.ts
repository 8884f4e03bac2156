/**
 * A simulated user by role-play: an instruction-following model is told whom to play and answers in JSON, of which
 * only `response` is shown to the assistant (paper 1.2). It leaves by answering with the end marker.
 */
import { Effect, Schema } from "effect"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { readTurn } from "./endMarker.ts"
import { raised } from "./FlippedUser.ts"
import type { UserSampling } from "./FlippedUser.ts"
import { rolePlayPrompt } from "./rolePlayPrompt.ts"
import type { SimulatedUser } from "./Speaker.ts"

export const rolePlayUser = Effect.fnUntraced(function* (
  model: ModelSpec,
  persona: Persona,
  sampling: UserSampling,
  caller: Caller,
) {
  const languageModel = yield* LanguageModel
  const user: SimulatedUser = {
    next: Effect.fnUntraced(function* ({ messages, intent, seed, attempt }) {
      const reply = yield* languageModel.chat({
        model,
        messages: [{ role: "user", content: rolePlayPrompt(persona, intent, messages) }],
        sampling: {
          maxTokens: sampling.maxTokens,
          temperature: raised(sampling.temperature, attempt),
          ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
          seed,
          sampleIndex: attempt,
        },
        jsonSchema: { name: "user_turn", schema: RolePlayReply },
        caller,
      })
      const { response } = yield* Effect.orDie(decodeReply(reply.text))
      const { key, usage, finish } = reply
      return readTurn(response, { key, model: modelIdentity(model), usage, finish })
    }),
  }
  return user
})

/** What the model is asked for, sent as `response_format`. A blank response is the guardrails' business. */
export const RolePlayReply = Schema.Struct({
  current_answer: Schema.String.annotations({ description: "what you have got from the assistant so far" }),
  thought: Schema.String.annotations({ description: "what you, the user, think of it" }),
  response: Schema.String.annotations({ description: "your next message to the assistant" }),
})

/** What doesn't decode is a failure of the call: see `ChatRequest.jsonSchema`. */
const decodeReply = Schema.decodeUnknown(Schema.parseJson(RolePlayReply))
