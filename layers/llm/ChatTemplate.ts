/** Conversations as the text and tokens that a model was trained on, by its own Jinja template. */
import { Template } from "@huggingface/jinja"
import { Schema } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { Tokenizer } from "./Tokenizer.ts"

export interface ChatTemplate {
  /** The whole conversation, every turn closed; with `continueAs`, open for the next turn of that role. */
  readonly render: (messages: ReadonlyArray<Message>, continueAs?: Turn) => string
  /** Token ids of `render`: what a sampler continues. */
  readonly encode: (messages: ReadonlyArray<Message>, continueAs?: Turn) => Array<number>
  /** The texts that the template puts before and after a turn of `role` that follows `messages`. */
  readonly frame: (messages: ReadonlyArray<Message>, role: Turn) => Frame
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
 * The template of a tokenizer, or another one in its place. An assistant turn is opened by the template's own
 * generation prompt, a user turn by what the template writes before the content of a user message. Throws
 * `TemplateFailed`.
 */
export const makeChatTemplate = (tokenizer: Tokenizer, source = tokenizer.chatTemplate): ChatTemplate => {
  if (source === undefined) throw new TemplateFailed({ detail: "the tokenizer names none" })
  const template = orFail(() => new Template(source))
  const fill = (messages: ReadonlyArray<Message>, add_generation_prompt: boolean) =>
    orFail(() => template.render({ ...tokenizer.names, messages, add_generation_prompt }))
  const frame = (messages: ReadonlyArray<Message>, role: Turn): Frame => {
    const text = fill([...messages, { role, content: mark }], false)
    const at = text.lastIndexOf(mark)
    if (at < 0) throw new TemplateFailed({ detail: `it drops the content of a ${role} message` })
    return { before: text.slice(0, at), after: text.slice(at + mark.length) }
  }
  const render = (messages: ReadonlyArray<Message>, continueAs?: Turn) =>
    continueAs === "user" ? frame(messages, "user").before : fill(messages, continueAs === "assistant")
  return { render, frame, encode: (messages, continueAs) => tokenizer.encode(render(messages, continueAs)) }
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
