/** What a role-playing model is told: the task of the paper's prompts (paper 1.2) in words of our own. */
import { sha256Hex } from "../../src/domain/CanonicalJson.ts"
import type { Message } from "../../src/domain/Conversation.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import { endMarker } from "./endMarker.ts"

/** One user message. `messages` is empty where the model is to write the opening. */
export const rolePlayPrompt = (persona: Persona, intent: string | undefined, messages: ReadonlyArray<Message>) =>
  [
    "Play a person who is chatting with an AI assistant. You are the user: you ask, and never answer as the assistant.",
    `Who you are: ${persona.description}`,
    ...(persona.rules.length === 0 ? [] : [`How you behave:\n${persona.rules.map((rule) => `- ${rule}`).join("\n")}`]),
    `What you want, which the assistant can't see: ${intent ?? "to go on with the conversation as this person would"}`,
    "Don't copy the words of what you want into your messages: say it in your own, and let it come out over several turns.",
    `As soon as you have got what you wanted, or see that the assistant can't help, answer with ${endMarker} as your response.`,
    messages.length === 0
      ? "Nothing has been said yet: write the first message of the conversation."
      : `The conversation so far:\n\n${messages.map(({ role, content }) => `${role.toUpperCase()}: ${content}`).join("\n\n")}`,
    [
      "Answer with one JSON object with exactly these keys, all strings:",
      '- "current_answer": what you have got from the assistant so far',
      '- "thought": what you, the person, think of it and want next',
      '- "response": your next message to the assistant, and nothing else',
    ].join("\n"),
  ].join("\n\n")

/** SHA-256 of the prompt with stand-ins for what changes: results name it, so that answers lead to the words asked. */
export const rolePlayPromptHash = sha256Hex(
  [
    rolePlayPrompt({ name: "-", description: "{who}", rules: [], weight: 1 }, undefined, []),
    rolePlayPrompt({ name: "-", description: "{who}", rules: ["{rule}"], weight: 1 }, "{intent}", [
      { role: "assistant", content: "{said}" },
    ]),
  ].join("\n\n"),
)
