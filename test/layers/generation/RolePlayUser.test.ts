import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { impatient, plain } from "../../../layers/generation/personas.ts"
import { rolePlayPrompt } from "../../../layers/generation/rolePlayPrompt.ts"
import { rolePlayUser } from "../../../layers/generation/RolePlayUser.ts"
import type { UserRequest } from "../../../layers/generation/Speaker.ts"
import * as Model from "../../../layers/llm/Model.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import { withModel } from "../llm/llmFixtures.ts"

const model = Model.openai("simulator", { revision: "1" })
const caller = { role: "simulator", step: "Simulate/v1-a" } as const
const request: UserRequest = {
  messages: [
    { role: "user", content: "tea?" },
    { role: "assistant", content: "Green or black?" },
  ],
  intent: "To find a tea without caffeine.",
  seed: 7,
  attempt: 0,
}
const sampling = { maxTokens: 99, temperature: 0.7, topP: 0.9 }
const answer = (response: string) => JSON.stringify({ current_answer: "none", thought: "hm", response })

/** The user's next turn after answers of the server, and what was sent for it. */
const next = (text: string, fields: Partial<UserRequest> = {}, fault: Partial<Extract<Fault, { kind: "text" }>> = {}) =>
  withModel({}, (server) =>
    Effect.gen(function* () {
      server.fault({ kind: "text", text, ...fault })
      const user = yield* rolePlayUser(model, impatient, sampling, caller)
      const said = yield* Effect.either(user.next({ ...request, ...fields }))
      return { said, body: server.arrivals[0]?.body }
    }),
  )

const turnOf = (text: string, fields: Partial<UserRequest> = {}) =>
  Effect.flatMap(next(text, fields), ({ said }) => said)

describe("rolePlayUser", () => {
  it.live("asks for one JSON object with one message, and says its response", () =>
    Effect.gen(function* () {
      const { said, body } = yield* next(answer(" neither, no caffeine "))
      const text = (description: string) => ({ type: "string", description })
      assert.deepEqual(body, {
        model: "simulator",
        messages: [
          {
            role: "user",
            content: [
              "Play a person who is chatting with an AI assistant. You are the user: you ask, and never answer as the assistant.",
              "Who you are: You are a person who has no time and little patience.",
              "How you behave:\n- Write a few words at a time.\n- Leave out greetings, thanks and politeness.\n- When you are asked something back, wave it off and ask for the result.",
              "What you want, which the assistant can't see: To find a tea without caffeine.",
              "Don't copy the words of what you want into your messages: say it in your own, and let it come out over several turns.",
              "As soon as you have got what you wanted, or see that the assistant can't help, answer with <|endconversation|> as your response.",
              "The conversation so far:\n\nUSER: tea?\n\nASSISTANT: Green or black?",
              'Answer with one JSON object with exactly these keys, all strings:\n- "current_answer": what you have got from the assistant so far\n- "thought": what you, the person, think of it and want next\n- "response": your next message to the assistant, and nothing else',
            ].join("\n\n"),
          },
        ],
        max_tokens: 99,
        temperature: 0.7,
        top_p: 0.9,
        seed: 7,
        response_format: {
          type: "json_schema",
          json_schema: {
            name: "user_turn",
            strict: true,
            schema: {
              type: "object",
              required: ["current_answer", "thought", "response"],
              properties: {
                current_answer: text("what you have got from the assistant so far"),
                thought: text("what you, the user, think of it"),
                response: text("your next message to the assistant"),
              },
              additionalProperties: false,
            },
          },
        },
      })
      const turn = yield* said
      assert.deepInclude(turn, { _tag: "Said", text: "neither, no caffeine", model: "simulator@1", finish: "stop" })
      assert.deepInclude(turn, { usage: { promptTokens: 10, completionTokens: 5 } })
      assert.match(turn.key, /^[0-9a-f]{64}$/)
    }),
  )

  it.live("reads what servers without schemas give: thoughts, fences, quotes of another language", () =>
    Effect.gen(function* () {
      const said = { _tag: "Said", text: "it's tea" } as const
      assert.deepInclude(
        yield* turnOf(`<think>{"response": "no"}</think>\nSure:\n\`\`\`json\n${answer("it's tea")}\n\`\`\``),
        said,
      )
      const python = `{'current_answer': None, 'thought': "hm", 'response': "it's tea"}`
      assert.deepInclude(yield* turnOf(python.replace("None", "''")), said)
      const { said: wrong } = yield* next(python)
      assert.strictEqual(wrong._tag === "Left" && wrong.left._tag, "InvalidOutput")
    }),
  )

  it.live("fails with the call's key on what is no such object, and mends none that was cut off", () =>
    Effect.gen(function* () {
      for (const [text, finish] of [
        ["I want tea", "stop"],
        ['{"response": "tea"}', "stop"],
        ["", "stop"],
        [answer("tea").slice(0, -2), "length"],
      ] as const) {
        const { said } = yield* next(text, {}, { finish })
        if (said._tag === "Right" || said.left._tag !== "InvalidOutput") return assert.fail(text)
        assert.match(said.left.key ?? "", /^[0-9a-f]{64}$/)
        assert.strictEqual(said.left.text, text)
      }
    }),
  )

  it.live("leaves by the marker, keeping the words before it; a blank response is the guardrails' business", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* turnOf(answer(endMarker)), { _tag: "Left", closing: null })
      assert.deepInclude(yield* turnOf(answer(`thx ${endMarker}`)), { _tag: "Left", closing: "thx" })
      assert.deepInclude(yield* turnOf(answer(" ")), { _tag: "Said", text: "" })
    }),
  )

  it.live("draws again under another key, a little hotter", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault(...[0, 1, 9].map(() => ({ kind: "text", text: answer("tea") }) as const))
        const user = yield* rolePlayUser(model, plain, sampling, caller)
        const turns = yield* Effect.forEach([0, 1, 9], (attempt) => user.next({ ...request, attempt }))
        assert.strictEqual(new Set(turns.map(({ key }) => key)).size, 3)
        assert.deepEqual(
          server.arrivals.map(({ body }) => body["temperature"]),
          [0.7, 0.75, 1],
        )
        yield* user.next(request)
        assert.lengthOf(server.arrivals, 3)
      }),
    ),
  )
})

describe("rolePlayPrompt", () => {
  it("asks for the first message where nothing was said, and for going on where nothing is wanted", () => {
    const prompt = rolePlayPrompt(plain, undefined, [])
    assert.include(prompt, "Nothing has been said yet: write the first message of the conversation.")
    assert.include(prompt, "to go on with the conversation as this person would")
    assert.notInclude(prompt, "How you behave")
  })
})
