/** Conversations as the text and tokens that a model was trained on, by its own Jinja template. */
import { Template } from "@huggingface/jinja"
import { Schema } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import { rawTemplateFor, renderRaw } from "./rawTemplates.ts"
import type { Tokenizer } from "./Tokenizer.ts"

export interface ChatTemplate {
  /** The whole conversation, every turn closed; with `continueAs`, open for the next turn of that role. */
  readonly render: (messages: ReadonlyArray<Message>, continueAs?: Turn) => string
  /** Token ids of `render`: what a sampler continues. */
  readonly encode: (messages: ReadonlyArray<Message>, continueAs?: Turn) => Array<number>
  /** The texts that the template puts before and after a turn of `role` that follows `messages`. */
  readonly frame: (messages: ReadonlyArray<Message>, role: Turn) => Frame
  /**
   * The texts that the template puts around the turns of a whole conversation: before the first one, between each two
   * and after the last. A system message is no turn; it is part of the first text.
   */
  readonly segments: (messages: ReadonlyArray<Message>) => ReadonlyArray<string>
}

/** Who speaks next. Continuing as the user is how one model plays the other side (flipped roles). */
export type Turn = "user" | "assistant"

/** `before` is everything up to the turn's content, earlier turns included; `after` closes the turn. */
export interface Frame {
  readonly before: string
  readonly after: string
}

/** A template that is missing, doesn't parse, or refuses a conversation. */
export class TemplateFailed extends Schema.TaggedError<TemplateFailed>()("TemplateFailed", { detail: Schema.String }) {
  override get message() {
    return `The model's chat template can't render the conversation: ${this.detail}`
  }
}

/**
 * The template of a tokenizer, or another one in its place; where there is none, ChatML or Llama 3 by the tokenizer's
 * special tokens, as base models need it. An assistant turn is opened by the template's own generation prompt, a user
 * turn by what the template writes before the content of a user message. Throws `TemplateFailed`.
 */
export const makeChatTemplate = (tokenizer: Tokenizer, source = tokenizer.chatTemplate): ChatTemplate => {
  const fill = source === undefined ? builtIn(tokenizer) : jinja(tokenizer, source)
  const frame = (messages: ReadonlyArray<Message>, role: Turn): Frame => {
    const text = fill([...messages, { role, content: mark }], false)
    const at = text.lastIndexOf(mark)
    if (at < 0) throw new TemplateFailed({ detail: `it drops the content of a ${role} message` })
    return { before: text.slice(0, at), after: text.slice(at + mark.length) }
  }
  const segments = (messages: ReadonlyArray<Message>): ReadonlyArray<string> => {
    const marked = messages.map((message) => (message.role === "system" ? message : { ...message, content: mark }))
    const turns = marked.filter(({ role }) => role !== "system").length
    const texts = fill(marked, false).split(mark)
    if (texts.length !== turns + 1) throw new TemplateFailed({ detail: "it drops or repeats the content of a turn" })
    return texts
  }
  const render = (messages: ReadonlyArray<Message>, continueAs?: Turn) =>
    continueAs === "user" ? frame(messages, "user").before : fill(messages, continueAs === "assistant")
  return { render, frame, segments, encode: (messages, continueAs) => tokenizer.encode(render(messages, continueAs)) }
}

type Fill = (messages: ReadonlyArray<Message>, addGenerationPrompt: boolean) => string

const jinja = (tokenizer: Tokenizer, source: string): Fill => {
  const template = orFail(() => new Template(source))
  return (messages, add_generation_prompt) =>
    orFail(() => template.render({ ...tokenizer.names, messages, add_generation_prompt }))
}

const builtIn = ({ specialTokens }: Tokenizer): Fill => {
  const template = rawTemplateFor(specialTokens)
  if (template === undefined) {
    throw new TemplateFailed({
      detail: "the tokenizer names none, and its special tokens fit neither ChatML nor Llama 3",
    })
  }
  return (messages, addGenerationPrompt) => renderRaw(template, messages, addGenerationPrompt ? "assistant" : undefined)
}

/** Stands for a turn's content; private-use characters, which no template reacts to. */
const mark = "\uE000\uE001\uE000"

const orFail = <A>(run: () => A): A => {
  try {
    return run()
  } catch (cause) {
    throw new TemplateFailed({ detail: cause instanceof Error ? cause.message : String(cause) })
  }
}
