import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { tokenAssistant } from "../../../layers/generation/TokenAssistant.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import type { TokenModel } from "../../../layers/llm/TokenModel.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { sequencesOf, trajectoryDatums } from "../../../layers/training/GrpoDatums.ts"
import type { Transition } from "../../../layers/training/GrpoDatums.ts"
import type { Message } from "../../../src/domain/Conversation.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

/** As templates of thinking models do: what a reply thought is gone once the user has gone on. */
const stripping =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}" +
  "{% if message['role'] == 'assistant' and not loop.last %}{{ message['content'].split('</think>')[-1] }}" +
  "{% else %}{{ message['content'] }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

const tokenizer = makeTokenizer(vocabulary, config)
const replies = ["<think>hm</think>well", "plain", "<think>so</think>bye"]

const talk = (template: string) =>
  Effect.gen(function* () {
    let said = 0
    const model: TokenModel = {
      spec: { provider: "embedded", name: "m" },
      identity: "m",
      tokenizer,
      template: makeChatTemplate(tokenizer, template),
      score: () => Effect.succeed([]),
      sample: () => {
        const tokens = tokenizer.encode(`${replies[said++]}<|im_end|>`)
        return Effect.succeed({ tokens, logprobs: tokens.map((id) => -id / 1000), finish: "stop" as const, key: "k" })
      },
    }
    const assistant = tokenAssistant(model, { maxTokens: 20, temperature: 1 }, { role: "assistant", step: "s" })
    const messages: Array<Message> = []
    const before: Array<Transition> = []
    for (const content of ["hello", "and?", "well?"]) {
      messages.push({ role: "user", content })
      const reply = yield* assistant.reply({ messages: [...messages], before: [...before], seed: 0 })
      messages.push({ role: "assistant", content: reply.text })
      if (reply.transition !== undefined) before.push(reply.transition)
    }
    return before
  })

const trainedIn = (transitions: ReadonlyArray<Transition>) => {
  const datums = Either.getOrThrow(trajectoryDatums({ transitions, finalReward: 0 }, 1))
  return { datums, trained: datums.flatMap(({ targetTokens, mask }) => targetTokens.filter((_, at) => mask[at] === 1)) }
}

describe("a template that leaves out earlier thoughts", () => {
  it.effect("opens a new datum where it does, and every sampled token is trained on as it was sampled", () =>
    Effect.gen(function* () {
      const turns = yield* talk(stripping)
      const { datums, trained } = trainedIn(turns)
      // The first reply's thoughts are gone from the second prompt; the second reply has none to lose.
      assert.strictEqual(datums.length, 2)
      assert.deepStrictEqual(
        trained,
        turns.flatMap(({ action }) => action),
      )
      assert.notInclude(tokenizer.decode(turns[1]?.observation ?? []), "hm")
      assert.deepStrictEqual(
        sequencesOf(turns).map((sequence) => sequence.slice(0, -1)),
        datums.map(({ modelInput }) => modelInput),
      )
    }),
  )

  it.effect("is one datum with a template that keeps them", () =>
    Effect.gen(function* () {
      const turns = yield* talk(config.chat_template)
      const { datums, trained } = trainedIn(turns)
      assert.strictEqual(datums.length, 1)
      assert.deepStrictEqual(
        trained,
        turns.flatMap(({ action }) => action),
      )
      assert.include(tokenizer.decode(turns[1]?.observation ?? []), "hm")
    }),
  )
})
