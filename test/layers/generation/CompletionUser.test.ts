import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { completionSampling, completionUser } from "../../../layers/generation/CompletionUser.ts"
import * as Model from "../../../layers/llm/Model.ts"
import type { UserRequest } from "../../../layers/generation/Speaker.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import { withModel } from "../llm/llmFixtures.ts"

const served = {
  model: Model.openai("sft", { revision: "1" }),
  template: "chatml",
  marker: "<|endconversation|>",
} as const
const caller = { role: "simulator", step: "Evaluate/v1-a" } as const
const request: UserRequest = {
  messages: [
    { role: "user", content: "tea?" },
    { role: "assistant", content: "Green. \n" },
  ],
  intent: "You want tea.",
  seed: 7,
  attempt: 0,
}
const turn = (text: string, finish = "stop"): Fault => ({ kind: "text", text, finish })

/** The user's next turn after an answer of the server. */
const next = (
  fault: Fault | undefined,
  fields: Partial<UserRequest> = {},
  simulator: Parameters<typeof completionUser>[0] = served,
) =>
  withModel({}, (server) =>
    Effect.gen(function* () {
      server.fault(fault)
      const user = yield* completionUser(simulator, completionSampling, caller)
      const said = yield* user.next({ ...request, ...fields })
      return { said, body: server.arrivals[0]?.body }
    }),
  )

describe("completionUser", () => {
  it.live("sends the conversation as a raw prompt that ends where the user's turn begins", () =>
    Effect.gen(function* () {
      const { said, body } = yield* next(turn("no, black<|im_end|>"))
      assert.deepEqual(body, {
        model: "sft",
        prompt:
          "<|im_start|>system\nYou want tea.<|im_end|>\n<|im_start|>user\ntea?<|im_end|>\n" +
          "<|im_start|>assistant\nGreen.<|im_end|>\n<|im_start|>user\n",
        max_tokens: 1024,
        temperature: 0.7,
        top_p: 0.9,
        seed: 7,
        stop: ["<|im_end|>", "<|endconversation|>"],
        add_special_tokens: false,
        skip_special_tokens: false,
        spaces_between_special_tokens: false,
        include_stop_str_in_output: true,
      })
      assert.deepInclude(said, { _tag: "Said", text: "no, black", model: "sft@1", finish: "stop" })
      assert.deepInclude(said, { usage: { promptTokens: 10, completionTokens: 5 } })
    }),
  )

  it.live("frames turns as Llama 3 does, and writes openings", () =>
    Effect.gen(function* () {
      const { body } = yield* next(turn("hi<|eot_id|>"), { messages: [] }, { ...served, template: "llama-3" })
      assert.strictEqual(
        body?.["prompt"],
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nYou want tea.<|eot_id|>" +
          "<|start_header_id|>user<|end_header_id|>\n\n",
      )
      assert.deepEqual(body?.["stop"], ["<|eot_id|>", "<|endconversation|>"])
    }),
  )

  it.live("leaves at the end marker, and keeps what stands before it as a closing word", () =>
    Effect.gen(function* () {
      const silent = yield* next(turn("<|endconversation|>"))
      assert.deepInclude(silent.said, { _tag: "Left", closing: null })
      const polite = yield* next(turn("thanks! <|endconversation|>"))
      assert.deepInclude(polite.said, { _tag: "Left", closing: "thanks!" })
    }),
  )

  it.live("says an empty turn as it is, and one that was cut off: guardrails decide", () =>
    Effect.gen(function* () {
      assert.deepInclude((yield* next(turn("<|im_end|>"))).said, { _tag: "Said", text: "" })
      assert.deepInclude((yield* next(turn("and so", "length"))).said, {
        _tag: "Said",
        text: "and so",
        finish: "length",
      })
    }),
  )

  it.live("draws again a little hotter, up to 1", () =>
    Effect.gen(function* () {
      const temperature = (attempt: number) =>
        Effect.map(next(turn("x"), { attempt }), ({ body }) => body?.["temperature"])
      assert.closeTo(Number(yield* temperature(2)), 0.8, 1e-9)
      assert.strictEqual(yield* temperature(9), 1)
    }),
  )

  it.live("refuses a conversation without an intent, which it was never trained on", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(next(undefined, { intent: " " }))
      assert.deepInclude(error, { _tag: "Misconfigured", kind: "operator" })
      assert.include(error.message, "no intent")
    }),
  )

  it.live("asks once for equal turns", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        const user = yield* completionUser(served, completionSampling, caller)
        const first = yield* user.next(request)
        assert.deepEqual(yield* user.next(request), first)
        assert.lengthOf(server.arrivals, 1)
      }),
    ),
  )
})
