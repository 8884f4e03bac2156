/**
 * Chat formats as plain strings: for servers that continue raw prompts, and for models whose tokenizer has the format's
 * special tokens but no template of its own.
 */
import type { Message } from "../../src/domain/Conversation.ts"

export type RawTemplateName = "chatml" | "llama-3"

export interface RawTemplate {
  /** Before the first message. */
  readonly begin: string
  /** What opens a turn of a role, up to its content. */
  readonly header: (role: Message["role"]) => string
  /** What a sampler stops at: the first token of `after`. */
  readonly endOfTurn: string
  /** Closes a turn. */
  readonly after: string
}

export const rawTemplates: Readonly<Record<RawTemplateName, RawTemplate>> = {
  chatml: {
    begin: "",
    header: (role) => `<|im_start|>${role}\n`,
    endOfTurn: "<|im_end|>",
    after: "<|im_end|>\n",
  },
  "llama-3": {
    begin: "<|begin_of_text|>",
    header: (role) => `<|start_header_id|>${role}<|end_header_id|>\n\n`,
    endOfTurn: "<|eot_id|>",
    after: "<|eot_id|>",
  },
}

/** Every turn closed; with `continueAs`, open for the next turn of that role. Contents stand as they are. */
export const renderRaw = (
  { begin, header, after }: RawTemplate,
  messages: ReadonlyArray<Message>,
  continueAs?: Message["role"],
) =>
  [
    begin,
    ...messages.map(({ role, content }) => `${header(role)}${content}${after}`),
    ...(continueAs === undefined ? [] : [header(continueAs)]),
  ].join("")

/** The format whose special tokens a tokenizer has. */
export const rawTemplateFor = (specialTokens: ReadonlyMap<string, number>): RawTemplate | undefined => {
  if (specialTokens.has("<|start_header_id|>") && specialTokens.has("<|eot_id|>")) return rawTemplates["llama-3"]
  if (specialTokens.has("<|im_start|>") && specialTokens.has("<|im_end|>")) return rawTemplates.chatml
  return undefined
}
