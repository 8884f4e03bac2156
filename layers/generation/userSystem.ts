/** The system line of a simulator that speaks by flipped roles, made by one function for training and for use. */
import type { Message } from "../../src/domain/Conversation.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import type { Condition } from "../../src/domain/Results.ts"
import { pythonStrip } from "./pythonStrip.ts"

/**
 * What the condition says of persona and intent: the intent alone is the whole line, word for word (paper 2.3); a
 * persona stands before it. `undefined` where there is nothing to say: then no system message is sent at all, and a
 * chat template may put in its own.
 */
export const userSystem = (
  condition: Condition,
  persona: Persona | undefined,
  intent: string | undefined,
): Message | undefined => {
  const told = [
    saysPersona(condition) && persona !== undefined ? personaText(persona) : "",
    saysIntent(condition) ? pythonStrip(intent ?? "") : "",
  ].filter((text) => text !== "")
  return told.length === 0 ? undefined : { role: "system", content: told.join("\n\n") }
}

export const saysIntent = (condition: Condition) => condition === "intent" || condition === "persona-and-intent"

export const saysPersona = (condition: Condition) => condition === "persona" || condition === "persona-and-intent"

/** Description and rules as sentences of one paragraph. */
export const personaText = ({ description, rules }: Pick<Persona, "description" | "rules">) =>
  [description, ...rules].map(asSentence).join(" ")

const asSentence = (text: string) => {
  const trimmed = text.trim()
  return /[.!?]["')\]]*$/.test(trimmed) ? trimmed : `${trimmed}.`
}
