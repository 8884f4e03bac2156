/** The assistant as a token model: prompts are built by appending, so that one rollout is one training datum. */
import { Effect } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { ChatTemplate } from "../llm/ChatTemplate.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import type { Tokenizer } from "../llm/Tokenizer.ts"
import type { Transition } from "../training/GrpoDatums.ts"
import type { Assistant } from "./Speaker.ts"

export interface AssistantSampling {
  /** A system line of the assistant's own; the paper uses none. */
  readonly system?: string | undefined
  readonly maxTokens: number
  /** 1 for a policy in training: importance ratios need the untempered distribution. */
  readonly temperature: number
  /** Default 1: no cut, which importance ratios need too. */
  readonly topP?: number | undefined
}

export const tokenAssistant = (model: TokenModel, sampling: AssistantSampling, caller: Caller): Assistant => {
  const { tokenizer, template } = model
  const stop = endOfTurn(model)
  const system: ReadonlyArray<Message> =
    sampling.system === undefined ? [] : [{ role: "system", content: sampling.system }]
  return {
    reply: ({ messages, before, seed }) => {
      const prompt = observation(tokenizer, template, [...system, ...messages], before, stop)
      return Effect.map(
        model.sample({
          prompt,
          maxTokens: sampling.maxTokens,
          temperature: sampling.temperature,
          ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
          seed,
          stop: [stop],
          caller,
        }),
        ({ tokens, logprobs, finish, key }) => ({
          text: textOf(tokenizer, tokens, stop),
          finish,
          key,
          model: model.identity,
          usage: { promptTokens: prompt.length, completionTokens: tokens.length },
          tokens,
          logprobs,
          transition: { observation: prompt, action: tokens, logprobs, reward: 0 },
        }),
      )
    },
  }
}

/** The token that the template puts after a turn's content. */
export const endOfTurn = ({ tokenizer, template }: Pick<TokenModel, "tokenizer" | "template">): number => {
  const { after } = template.frame([], "user")
  // A turn's end begins with a special token in every chat template.
  return tokenizer.encode(after)[0]!
}

/** A sample as text: the end of turn is not part of it. */
export const textOf = (tokenizer: Tokenizer, tokens: ReadonlyArray<number>, stop: number): string =>
  tokenizer.decode(tokens.at(-1) === stop ? tokens.slice(0, -1) : tokens).trim()

/**
 * The prompt of the next turn. After the first turn it is everything so far, verbatim, and what the template adds;
 * where a reply was cut off, its end of turn is added as if observed. A template that leaves out part of earlier replies,
 * such as their thoughts, has its way: the prompt then is not what was sampled, and training makes a datum of its own.
 */
const observation = (
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: ReadonlyArray<Message>,
  before: ReadonlyArray<Transition>,
  stop: number,
): ReadonlyArray<number> => {
  const last = before.at(-1)
  const said = messages.at(-1)
  if (last === undefined || said === undefined) return template.encode(messages, "assistant")
  const reply = messages.at(-2)?.content ?? ""
  const whole = template.render(messages, "assistant")
  if (!whole.includes(reply)) return tokenizer.encode(whole)
  const earlier = messages.slice(0, -2)
  const closing = tokenizer.encode(template.frame(earlier, "assistant").after)
  const standIn: Message = { role: "assistant", content: "-" }
  const closed = template.render([...earlier, standIn])
  const added = template.render([...earlier, standIn, said], "assistant").slice(closed.length)
  const rest = last.action.at(-1) === stop && closing[0] === stop ? closing.slice(1) : closing
  return [...last.observation, ...last.action, ...rest, ...tokenizer.encode(added)]
}
