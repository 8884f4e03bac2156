/**
 * Conversations with the roles flipped: the model learns the user's side, its loss on what users wrote and on the ends
 * of their turns (paper 2.3). The end of the conversation is one more user turn: empty, or a special token alone.
 */
import { Either, Schema } from "effect"
import type { Conversation, Message } from "../../src/domain/Conversation.ts"
import { pythonStrip } from "../generation/pythonStrip.ts"
import { TemplateFailed } from "../llm/ChatTemplate.ts"
import type { ChatTemplate } from "../llm/ChatTemplate.ts"
import type { Tokenizer } from "../llm/Tokenizer.ts"

/**
 * Whose rules: `lab` and `rel` are the paper's two code bases, token by token. Both learn all that a template writes
 * after a user turn; `own` only the first token of it, which is what a sampler stops at. `lab` takes conversations that
 * the user ended, and then learns the header of the closing turn too; the others refuse them.
 */
export const FlipRules = Schema.Literal("own", "lab", "rel")
export type FlipRules = typeof FlipRules.Type

/** What a token is to the learner. All but `masked` are learnt; `closing` is the turn that ends the conversation. */
export const Kind = { masked: 0, content: 1, end: 2, rest: 3, closing: 4 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

export interface SftSample {
  readonly ids: ReadonlyArray<number>
  /** Of each id. */
  readonly kinds: ReadonlyArray<Kind>
  /** How many ids there are up to the end of each user turn, the closing one left out. */
  readonly turnEnds: ReadonlyArray<number>
}

export type Rejection =
  "no messages" | "no intent" | "roles don't alternate from the user" | "a blank message" | "the user has the last word"

export interface FlipOptions {
  readonly rules: FlipRules
  /** What the model is told before the conversation; see `userSystem`. */
  readonly system: Message | undefined
  /** The simulator is told the intent, so a conversation without one can't be learnt from. */
  readonly intended: boolean
  /** The content of the closing turn: a special token of the tokenizer, or nothing. */
  readonly marker: string
}

/** Contents are stripped as Python does it. Throws `TemplateFailed` where the template can't render the turns. */
export const flip = (
  { tokenizer, template }: { readonly tokenizer: Tokenizer; readonly template: ChatTemplate },
  conversation: Pick<Conversation, "messages" | "intent">,
  { rules, system, intended, marker }: FlipOptions,
): Either.Either<SftSample, Rejection> => {
  const said = conversation.messages.map(({ role, content }) => ({ role, content: pythonStrip(content) }))
  const problem = rejection(said, intended ? pythonStrip(conversation.intent ?? "") : undefined, rules)
  if (problem !== undefined) return Either.left(problem)
  const turns: ReadonlyArray<Message> = [...said, { role: "user", content: marker }]
  const texts = template.segments(system === undefined ? turns : [system, ...turns])
  const after = texts[turns.length] ?? ""
  const [end, ...rest] = tokenizer.encode(after)

  const ids: Array<number> = []
  const kinds: Array<Kind> = []
  const turnEnds: Array<number> = []
  const add = (more: ReadonlyArray<number>, kind: Kind) => {
    for (const id of more) {
      ids.push(id)
      kinds.push(kind)
    }
  }
  /** Text since the last user turn, which is encoded as a whole. */
  let open = ""
  for (const [i, { role, content }] of turns.entries()) {
    const text = texts[i] ?? ""
    const followsUser = turns[i - 1]?.role === "user"
    if (followsUser && !text.startsWith(after)) throw new TemplateFailed({ detail: unsteady })
    open += followsUser ? text.slice(after.length) : text
    if (role === "assistant") {
      open += content
      continue
    }
    const isClosing = i === turns.length - 1
    add(tokenizer.encode(open), followsUser ? Kind.rest : Kind.masked)
    open = ""
    add(tokenizer.encode(content), isClosing ? Kind.closing : Kind.content)
    if (end !== undefined) add([end], isClosing ? Kind.closing : Kind.end)
    if (!isClosing) turnEnds.push(ids.length)
    add(rest, rules === "own" ? Kind.masked : Kind.rest)
  }
  if (rules === "own") return Either.right(upTo({ ids, kinds, turnEnds }, kinds.lastIndexOf(Kind.closing) + 1))
  const eos = tokenizer.specialTokens.get(tokenizer.names["eos_token"] ?? "")
  add(eos === undefined ? [] : [eos], Kind.masked)
  return Either.right({ ids, kinds, turnEnds })
}

/** The first ids of a sample. */
export const upTo = ({ ids, kinds, turnEnds }: SftSample, length: number): SftSample => ({
  ids: ids.slice(0, length),
  kinds: kinds.slice(0, length),
  turnEnds: turnEnds.filter((end) => end <= length),
})

const unsteady = "what it writes after a user turn depends on what follows, so a user can't be learnt from it"

/** The first thing that is wrong, in the order in which the paper's code looks for it. */
const rejection = (
  messages: ReadonlyArray<Message>,
  intent: string | undefined,
  rules: FlipRules,
): Rejection | undefined => {
  if (messages.length === 0) return "no messages"
  if (intent === "") return "no intent"
  for (const [i, { role, content }] of messages.entries()) {
    if (role !== (i % 2 === 0 ? "user" : "assistant")) return "roles don't alternate from the user"
    if (content === "") return "a blank message"
  }
  return rules !== "lab" && messages.at(-1)?.role === "user" ? "the user has the last word" : undefined
}
