/**
 * A simulated user by role-play: an instruction-following model is told whom to play and answers in JSON, of which
 * only `response` is shown to the assistant (paper 1.2). It leaves by answering with the terminal signal.
 */
import { Effect, Schema } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import { InvalidOutput } from "../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { raised } from "./FlippedUser.ts"
import type { UserSampling } from "./FlippedUser.ts"
import type { SimulatedUser } from "./Speaker.ts"

/** What a role-playing model answers when it is satisfied, or can't be helped. */
export const terminalSignal = "<|endconversation|>"

export const rolePlayUser = Effect.fnUntraced(function* (
  model: ModelSpec,
  persona: Persona,
  sampling: UserSampling,
  caller: Caller,
) {
  const languageModel = yield* LanguageModel
  const user: SimulatedUser = {
    next: ({ messages, intent, seed, attempt }) =>
      Effect.flatMap(
        languageModel.chat({
          model,
          messages: [{ role: "user", content: rolePlayPrompt(persona, intent, messages) }],
          sampling: {
            maxTokens: sampling.maxTokens,
            temperature: raised(sampling.temperature, attempt),
            seed,
            sampleIndex: attempt,
          },
          jsonSchema: { name: "user_turn", schema: RolePlayReply },
          caller,
        }),
        ({ text, key }) =>
          Effect.matchEffect(decodeReply(text), {
            onFailure: ({ message }) =>
              Effect.fail(InvalidOutput.make({ endpoint: "the simulator", model: model.name, detail: message })),
            onSuccess: ({ response }) =>
              Effect.succeed(
                response.includes(terminalSignal)
                  ? ({ _tag: "Left", key } as const)
                  : ({ _tag: "Said", text: response.trim(), key } as const),
              ),
          }),
      ),
  }
  return user
})

/** What the model is asked for, sent as `response_format`. */
export const RolePlayReply = Schema.Struct({
  current_answer: Schema.NonEmptyString.annotations({ description: "what you have got from the assistant so far" }),
  thought: Schema.NonEmptyString.annotations({ description: "what you, the user, think of it" }),
  response: Schema.NonEmptyString.annotations({ description: "your next message to the assistant" }),
})

export const rolePlayPrompt = (persona: Persona, intent: string | undefined, messages: ReadonlyArray<Message>) =>
  [
    "Play a person who is chatting with an AI assistant. You are the user; never answer as the assistant.",
    `Who you are: ${persona.prompt}`,
    `What you want: ${intent ?? "go on with the conversation as this user would"}`,
    "Don't copy the words of what you want into your messages. Let it come out over several turns.",
    `When you have got what you wanted, or the assistant can't help, answer with ${terminalSignal} as your response.`,
    "The conversation so far:",
    messages.map(({ role, content }) => `${role.toUpperCase()}: ${content}`).join("\n\n"),
    "Answer with one JSON object with the keys current_answer, thought and response, all strings.",
  ].join("\n\n")

const decodeReply = Schema.decodeUnknown(Schema.parseJson(RolePlayReply))
