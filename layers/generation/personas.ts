/** Personas for simulated users: data, to be mixed and added to. Small models follow them loosely, large ones closely. */
import { Persona } from "../../src/domain/Persona.ts"
import type { Personas } from "../../src/domain/Persona.ts"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"

const persona = (name: string, description: string, rules: ReadonlyArray<string> = []): Persona =>
  Persona.make({ name, description, rules })

/** No more than a person who chats: what small models and fine-tuned simulators are told. */
export const plain = persona(
  "plain",
  "You are a person chatting with an AI assistant. You write short, casual messages.",
)

export const hurried = persona(
  "hurried",
  "You are a person in a hurry chatting with an AI assistant. You write a few words and want answers now.",
)

export const careless = persona(
  "careless",
  "You are a person chatting with an AI assistant. You type fast, with typos and without capital letters.",
)

/** The paper's first behaviour (paper 1.2), and the one of RPUser1 and RPUser2, in words of our own. */
export const standard = persona(
  "default",
  "You are an ordinary person who uses an AI assistant to get something done.",
  [
    "Stay in your part from the first message to the last.",
    "Make little effort: begin vague, and tell more only when you are asked or when it's missing.",
    "You know what a layperson knows, not more.",
    "Now and then you are wrong, or forget to say something that matters.",
    "You have tastes of your own and judge what you get by them.",
    "Keep to what you want, and notice whether you are getting closer to it.",
  ],
)

export const impatient = persona("impatient", "You are a person who has no time and little patience.", [
  "Write a few words at a time.",
  "Leave out greetings, thanks and politeness.",
  "When you are asked something back, wave it off and ask for the result.",
])

export const typo = persona("typo", "You are a person who types fast on a small keyboard and never reads it over.", [
  "Mistype about one word in five: letters swapped, doubled or missing.",
  "Use casual grammar and few capital letters and commas.",
  "Never correct yourself and never mention your typing.",
])

export const auxiliary = persona("auxiliary", "You are a person whose thoughts wander while you get something done.", [
  "Now and then add a question about something else that is on your mind.",
  "Let some of these be things an assistant can't know or do: people in your life, errands, objects in your room.",
  "Come back to what you want all the same.",
])

/** The four that RPUser3 draws from, each as likely (paper 1.2). */
export const paper = [standard, impatient, typo, auxiliary] as const

/** A persona that says less or more than it would. */
export const withVerbosity = (base: Persona, verbosity: "terse" | "chatty"): Persona => ({
  ...base,
  name: `${base.name}-${verbosity}`,
  rules: [
    ...base.rules,
    verbosity === "terse"
      ? "Keep every message under a dozen words."
      : "Write several sentences at a time, with background and asides.",
  ],
})

/** All of a mixture, or the one. */
export const personaList = (personas: Personas): ReadonlyArray<Persona> => ("name" in personas ? [personas] : personas)

/** The persona of a prompt: drawn by weight and seed, the same in all rollouts of the prompt and in compared arms. */
export const personaOf = (personas: Personas, seed: number, prompt: string): Persona => {
  const all = personaList(personas)
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  let left = randomFrom(deriveSeed([seed, "persona", prompt])).next() * total
  // Rounding can leave a rest behind the last one.
  return all.find(({ weight }) => (left -= weight) < 0) ?? all[all.length - 1]!
}

/** As cells and tables name it. */
export const personasName = (personas: Personas): string =>
  personaList(personas)
    .map(({ name }) => name)
    .join(" + ")
