/**
 * What a model is told when it writes the intent of a logged conversation (paper 2.2). A prompt is data in an
 * experiment: its text is part of the step's id, and its hash stands in the step's notes.
 */
import { Schema } from "effect"
import { contentHash } from "../../../src/domain/CanonicalJson.ts"
import { Message } from "../../../src/domain/Conversation.ts"

/** How every intent begins, to the letter. Simulators were trained on intents that do. */
export const intentOpening = "You are a user chatting with an assistant language model to"

const Example = Schema.Struct({ messages: Schema.NonEmptyArray(Message), intent: Schema.NonEmptyString })

export const IntentPrompt = Schema.Struct({
  /** What to do; comes first. */
  instructions: Schema.NonEmptyString,
  /** Conversations with the intents that one would like to get. */
  examples: Schema.Array(Example),
  /** Comes last, after the conversation. */
  closing: Schema.NonEmptyString,
  /** Whose turns are shown. */
  shown: Schema.optionalWith(Schema.Literal("all", "user"), { default: () => "all" as const }),
})
export type IntentPrompt = typeof IntentPrompt.Type

/** The prompt with a conversation filled in: the text of one user message. */
export const renderIntentPrompt = (prompt: IntentPrompt, messages: ReadonlyArray<Message>): string =>
  [
    prompt.instructions,
    ...prompt.examples.map(
      (example, i) => `Example ${i + 1}.\n\n${shown(prompt, example.messages)}\n\n${example.intent}`,
    ),
    ...(prompt.examples.length === 0 ? [] : ["Now the conversation to summarise."]),
    shown(prompt, messages),
    prompt.closing,
  ].join("\n\n")

const shown = ({ shown }: IntentPrompt, messages: ReadonlyArray<Message>) =>
  messages
    .filter(({ role }) => role === "user" || shown === "all")
    .map(({ role, content }) => `${role}: ${content}`)
    .join("\n\n")

/** SHA-256 of a prompt's content. */
export const intentPromptHash = (prompt: IntentPrompt): string => contentHash(Schema.encodeSync(IntentPrompt)(prompt))

/** For instruction-following models on an endpoint: the paper's constraints, in words and with examples of our own. */
export const fewShotIntentPrompt: typeof IntentPrompt.Encoded = {
  instructions: [
    "You are given a conversation between a user and an assistant language model. Summarise in one sentence what the user wants to get out of it: the goal behind all of the user's messages, at a high level.",
    "Leave out specifics: no names, numbers, quotations or details of the request, and none of the user's own phrases. Someone who reads your sentence must know what kind of thing to ask for, and not what was asked word for word.",
    `The sentence must begin exactly with "${intentOpening}".`,
  ].join("\n"),
  examples: [
    {
      messages: [
        { role: "user", content: "my sourdough comes out flat every single time, what am i doing wrong??" },
        {
          role: "assistant",
          content:
            "A flat loaf is usually proofed too long or too short. How long do you let it rise, and how warm is it?",
        },
        { role: "user", content: "overnight on the counter, about 26 degrees" },
        {
          role: "assistant",
          content:
            "That is too long at that temperature: the dough collapses. Try five hours, or put it into the fridge.",
        },
        { role: "user", content: "ok. and the one i have now, can i still save it" },
      ],
      intent: `${intentOpening} find out why your baking keeps failing and what can be done about it.`,
    },
    {
      messages: [
        {
          role: "user",
          content:
            "Write a Python function dedupe(rows) that drops rows with the same email and keeps the one with the latest signup_date.",
        },
        {
          role: "assistant",
          content:
            "def dedupe(rows):\n    latest = {}\n    for row in sorted(rows, key=lambda r: r['signup_date']):\n        latest[row['email']] = row\n    return list(latest.values())",
        },
        { role: "user", content: "KeyError: 'signup_date'. some rows don't have it" },
      ],
      intent: `${intentOpening} have a small piece of code written for cleaning up data, and get it to work on your own records.`,
    },
    {
      messages: [
        { role: "user", content: "Give me ten names for a dragon who is afraid of heights" },
        { role: "assistant", content: "1. Lowell 2. Grounder 3. Dusty 4. Meadow ..." },
        { role: "user", content: "Dusty! Now a bedtime story, not scary, my daughter is 4" },
        {
          role: "assistant",
          content: "Once upon a time there was a dragon called Dusty, who walked wherever he went ...",
        },
        { role: "user", content: "shorter, and he should make a friend" },
      ],
      intent: `${intentOpening} come up with a character and a gentle story for a small child.`,
    },
  ],
  closing: `Answer with the sentence alone, beginning "${intentOpening}": no preamble, no quotation marks, no explanation.`,
}

/** For small models, which go on after the required words. They would repeat examples. */
export const plainIntentPrompt: typeof IntentPrompt.Encoded = {
  instructions: "A user wrote these messages to an assistant.",
  examples: [],
  closing: "What does this user want to do? Say it in one short sentence and in your own words.",
  shown: "user",
}
