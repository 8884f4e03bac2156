/**
 * Conversations to training sequences for a user simulator: the model learns the user's side, its loss on user turns
 * only (paper 2.3). The end of a conversation is an empty user turn, which small models do learn to say.
 */
import type { Conversation, Message } from "../../src/domain/Conversation.ts"
import type { ChatTemplate } from "../llm/ChatTemplate.ts"
import type { Tokenizer } from "../llm/Tokenizer.ts"

/** Arrays of one length: `weights[i]` belongs to `targets[i]`, the token after `tokens[i]`; 1 on the user's own. */
export interface SftDatum {
  readonly conversation: string
  readonly tokens: ReadonlyArray<number>
  readonly targets: ReadonlyArray<number>
  readonly weights: ReadonlyArray<number>
  /** Where in `targets` the closing empty user turn ends: its log-probability is that of leaving here. */
  readonly leaving: number
}

/**
 * Segments are made into tokens one by one, as they are when the simulator is asked: the prompt ends where the user's
 * words begin. A user turn's end-of-turn token is learnt with it.
 */
export const sftDatum = (
  { tokenizer, template }: { readonly tokenizer: Tokenizer; readonly template: ChatTemplate },
  system: Message,
  conversation: Conversation,
): SftDatum => {
  const tokens: Array<number> = []
  const weights: Array<number> = []
  const add = (ids: ReadonlyArray<number>, weight: number) => {
    tokens.push(...ids)
    weights.push(...ids.map(() => weight))
  }
  const said: Array<Message> = [system]
  let written = ""
  const turns: ReadonlyArray<Message> = [...conversation.messages, { role: "user", content: "" }]
  for (const turn of turns) {
    const role = turn.role === "assistant" ? "assistant" : "user"
    const { before, after } = template.frame(said, role)
    const [end = 0, ...rest] = tokenizer.encode(after)
    const weight = role === "user" ? 1 : 0
    add(tokenizer.encode(before.slice(written.length)), 0)
    add(tokenizer.encode(turn.content), weight)
    add([end], weight)
    add(rest, 0)
    written = before + turn.content + after
    said.push(turn)
  }
  // Nothing is learnt after the last end of turn.
  const last = weights.lastIndexOf(1)
  return {
    conversation: conversation.id,
    tokens: tokens.slice(0, last),
    targets: tokens.slice(1, last + 1),
    weights: weights.slice(1, last + 1),
    leaving: last - 1,
  }
}

/**
 * exp(mean negative log-probability) over the weighted targets, the closing empty turn left out: how surprised the
 * model is by what users wrote (paper 3.9). `logprobs` are in nats, one array for each datum.
 */
export const perplexity = (datums: ReadonlyArray<SftDatum>, logprobs: ReadonlyArray<ReadonlyArray<number>>) => {
  let total = 0
  let tokens = 0
  for (const [i, { weights, leaving }] of datums.entries())
    for (const [at, weight] of weights.entries()) {
      if (weight === 0 || at === leaving) continue
      total -= logprobs[i]?.[at] ?? Number.NaN
      tokens += 1
    }
  return { perplexity: Math.exp(total / tokens), tokens }
}

/** Mean probability of leaving where the user left. */
export const leavingProbability = (datums: ReadonlyArray<SftDatum>, logprobs: ReadonlyArray<ReadonlyArray<number>>) =>
  datums.reduce((sum, { leaving }, i) => sum + Math.exp(logprobs[i]?.[leaving] ?? Number.NaN), 0) / datums.length
