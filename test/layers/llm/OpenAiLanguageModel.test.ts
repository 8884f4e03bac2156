import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import * as Model from "../../../layers/llm/Model.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { CallMeter, makeCallMeter } from "../../../src/journal/CallMeter.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { chatRequest, failing, withModel } from "./llmFixtures.ts"
import type { Settings } from "./llmFixtures.ts"

const chat = (content: string, fields: Parameters<typeof chatRequest>[1] = {}) =>
  Effect.flatMap(LanguageModel, (model) => model.chat(chatRequest(content, fields)))

const Grade = Schema.Struct({ thought: Schema.NonEmptyString, score: Schema.Int })
const graded = { jsonSchema: { name: "grade", schema: Grade } }

/** The error that one such answer leads to. */
const errorAfter = (fault: ReturnType<typeof failing>, settings: Settings = {}) =>
  withModel({ server: { everyFault: () => fault }, ...settings }, () => Effect.flip(chat("hello")))

describe("a model on an OpenAI-compatible server", () => {
  it.live("is sent the request as it is, and answers with text, tokens and the call's key", () =>
    withModel({ endpoint: { keyVariable: "LLM_KEY" }, environment: { LLM_KEY: "s3cret" } }, (server) =>
      Effect.gen(function* () {
        const reply = yield* chat("hello", {
          sampling: { maxTokens: 50, temperature: 0.5, seed: 7, topP: 0.9, stop: ["END"] },
        })
        assert.match(reply.text, /^answer [0-9a-f]{12}$/)
        assert.deepInclude(reply, { finish: "stop", usage: { promptTokens: 10, completionTokens: 5 } })
        assert.match(reply.key, /^[0-9a-f]{64}$/)
        assert.lengthOf(server.arrivals, 1)
        const arrival = server.arrivals[0]!
        assert.strictEqual(arrival.path, "/chat/completions")
        assert.strictEqual(arrival.authorization, "Bearer s3cret")
        assert.deepEqual(arrival.body, {
          model: "small",
          messages: [{ role: "user", content: "hello" }],
          max_tokens: 50,
          temperature: 0.5,
          top_p: 0.9,
          seed: 7,
          stop: ["END"],
        })
      }),
    ),
  )

  it.live("completes raw text", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        const model = yield* LanguageModel
        const { model: spec, sampling, caller } = chatRequest("")
        const reply = yield* model.complete({ model: spec, prompt: "Once upon", sampling, caller })
        assert.match(reply.text, /^answer/)
        assert.deepInclude(server.arrivals[0], { path: "/completions" })
        assert.deepInclude(server.arrivals[0]?.body, { prompt: "Once upon", max_tokens: 50 })
      }),
    ),
  )

  it.live("is asked once for equal calls, and again for another sample of the same", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        const texts = yield* Effect.all([chat("a"), chat("a"), chat("b")], { concurrency: "unbounded" })
        yield* chat("a")
        assert.strictEqual(texts[0].text, texts[1].text)
        assert.lengthOf(server.arrivals, 2)
        yield* chat("a", { sampling: { ...chatRequest("a").sampling, sampleIndex: 1 } })
        assert.lengthOf(server.arrivals, 3)
      }),
    ),
  )

  it.live("goes by the config: other name, extra fields, another token limit", () =>
    withModel(
      {
        models: {
          small: {
            servedAs: "org/small-v2",
            tokenLimit: "max_completion_tokens",
            extra: { top_k: 5, temperature: null },
          },
        },
      },
      (server) =>
        Effect.gen(function* () {
          yield* chat("a")
          assert.deepEqual(server.arrivals[0]?.body, {
            model: "org/small-v2",
            messages: [{ role: "user", content: "a" }],
            max_completion_tokens: 50,
            seed: 7,
            top_k: 5,
          })
        }),
    ),
  )

  it.live("scopes calls to models that nothing dates to the run", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        const [dated, undated] = yield* Effect.all([
          chat("a", { model: Model.openai("gpt-x-2025-01-31") }),
          chat("a", { model: Model.openai("gpt-x") }),
        ])
        assert.notStrictEqual(dated.key, undated.key)
        assert.lengthOf(server.arrivals, 2)
      }),
    ),
  )
})

describe("structured answers", () => {
  it.live("are asked for by schema and given as JSON, out of a fence too", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        const json = `{"thought":"fine","score":7}`
        server.fault({ kind: "text", text: json }, { kind: "text", text: `\`\`\`json\n${json}\n\`\`\`` })
        assert.strictEqual((yield* chat("a", graded)).text, json)
        assert.strictEqual((yield* chat("b", graded)).text, json)
        const format = server.arrivals[0]?.body["response_format"]
        assert.deepNestedInclude(format, {
          type: "json_schema",
          "json_schema.name": "grade",
          "json_schema.strict": true,
        })
        assert.deepNestedInclude(format, { "json_schema.schema.required": ["thought", "score"] })
        assert.notInclude(JSON.stringify(format), "minLength")
      }),
    ),
  )

  it.live("of another form fail with the text that came, are paid for once, and fail alike in a replay", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault({ kind: "text", text: `{"thought":"fine","score":"high"}` })
        const error = yield* Effect.flip(chat("a", graded))
        assert.deepInclude(error, { _tag: "InvalidOutput", text: `{"thought":"fine","score":"high"}` })
        assert.match(error.message, /not a grade: .*score/s)
        assert.strictEqual((yield* Effect.flip(chat("a", graded))).message, error.message)
        assert.lengthOf(server.arrivals, 1)
        const [totals] = yield* (yield* CallJournal).totals
        assert.deepInclude(totals, { calls: 1, completionTokens: 5 })
      }),
    ),
  )

  it.live("that were cut off say so", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault({ kind: "text", text: `{"thought":"fi`, finish: "length" })
        assert.match((yield* Effect.flip(chat("a", graded))).message, /cut off at the token limit/)
      }),
    ),
  )
})

describe("failures", () => {
  it.live("that pass are retried, and counted as failures", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault(
          failing(429, { message: "slow down" }, { "retry-after-ms": "1" }),
          failing(500, { message: "out of order" }),
          failing(503, { message: "overloaded" }, { "retry-after": "0" }),
          { kind: "drop" },
          { kind: "reply", status: 200, body: "<html>gateway</html>" },
          { kind: "reply", status: 200, body: { choices: [] } },
        )
        const { text } = yield* chat("a")
        assert.match(text, /^answer/)
        assert.lengthOf(server.arrivals, 7)
        assert.lengthOf(new Set(server.arrivals.map(({ hash }) => hash)), 1)
        const failures = yield* (yield* CallJournal).failures
        assert.deepEqual(Object.fromEntries(failures.map(({ reason, count }) => [reason, count])), {
          RateLimited: 1,
          Unavailable: 3,
          InvalidOutput: 2,
        })
      }),
    ),
  )

  it.live("by time-out are retried", () =>
    withModel({ endpoint: { timeoutSeconds: 0.1 } }, (server) =>
      Effect.gen(function* () {
        server.fault({ kind: "hang" })
        assert.match((yield* chat("a")).text, /^answer/)
        assert.lengthOf(server.arrivals, 2)
        const [failure] = yield* (yield* CallJournal).failures
        assert.deepInclude(failure, { reason: "Unavailable" })
      }),
    ),
  )

  it.live("of other kinds are told at once, each as what it is", () =>
    Effect.gen(function* () {
      const cases = [
        [
          failing(400, {
            message: "This model's maximum context length is 8192 tokens",
            code: "context_length_exceeded",
          }),
          "ContextOverflow",
          /8192/,
        ],
        [failing(400, { message: "Input is longer than the maximum model length of 4096" }), "ContextOverflow", /4096/],
        [
          failing(400, { message: "flagged by our safety system", code: "content_policy_violation" }),
          "Refused",
          /flagged/,
        ],
        [
          failing(429, { message: "You exceeded your current quota", code: "insufficient_quota" }),
          "Misconfigured",
          /Settle the account/,
        ],
        [
          failing(400, { message: "Unsupported parameter: max_tokens", code: "unsupported_parameter" }),
          "Misconfigured",
          /tokenLimit/,
        ],
      ] as const
      for (const [fault, tag, message] of cases) {
        const error = yield* errorAfter(fault)
        assert.strictEqual(error._tag, tag)
        assert.match(error.message, message)
      }
    }),
  )

  it.live("that a person has to mend name the URL, the model and the variable, and never the key", () =>
    Effect.gen(function* () {
      const settings = { endpoint: { keyVariable: "LLM_KEY" }, environment: { LLM_KEY: "s3cret" } }
      const denied = yield* errorAfter(failing(401, { message: "Incorrect API key provided: s3cret" }), settings)
      assert.match(denied.message, /^small at http:\/\/127.*LLM_KEY/)
      assert.notInclude(JSON.stringify(denied), "s3cret")
      assert.notInclude(denied.message, "s3cret")
      const missing = yield* errorAfter(failing(500, {}), { ...settings, environment: {} })
      assert.match(missing.message, /the environment variable LLM_KEY is not set/)
    }),
  )

  it.live("for a model that is not there list those that are", () =>
    withModel({ server: { models: ["tiny", "large"] } }, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(chat("a"))
        assert.strictEqual(error._tag, "Misconfigured")
        assert.match(error.message, /The model `small` does not exist.*serves tiny, large/)
      }),
    ),
  )

  it.live("at an address where nothing ever answered say so, soon", () =>
    Effect.gen(function* () {
      const free = yield* Effect.async<number>((resume) => {
        const probe = createServer().listen(0, "127.0.0.1", () => {
          const { port } = probe.address() as AddressInfo
          probe.close(() => resume(Effect.succeed(port)))
        })
      })
      const error = yield* withModel({ endpoint: { url: `http://127.0.0.1:${free}/v1` } }, () => Effect.flip(chat("a")))
      assert.strictEqual(error._tag, "Misconfigured")
      assert.match(error.message, /nothing was ever heard.*ECONNREFUSED.*Check the URL/)
    }),
  )

  it.live("of an endpoint that the config does not have name those that it has", () =>
    withModel({ models: { small: { endpoint: "cluster" } } }, () =>
      Effect.map(Effect.flip(chat("a")), ({ message }) => assert.match(message, /Add "cluster".*\(default\)/)),
    ),
  )

  it.live("by refusal are kept, so that a replay refuses too", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault({ kind: "text", text: "", refusal: "I can't help with that" })
        const error = yield* Effect.flip(chat("a"))
        assert.match(error.message, /refused the request: I can't help with that/)
        assert.strictEqual((yield* Effect.flip(chat("a"))).message, error.message)
        assert.lengthOf(server.arrivals, 1)
      }),
    ),
  )
})

describe("limits", () => {
  it.live("hold for all models of an endpoint together", () =>
    withModel({ endpoint: { concurrency: 4 }, server: { delay: 5 } }, (server) =>
      Effect.gen(function* () {
        yield* Effect.forEach(
          Array.from({ length: 40 }, (_, i) => i),
          (i) => chat(`question ${i}`, { model: Model.openai(i % 2 === 0 ? "one" : "two", { revision: "1" }) }),
          { concurrency: "unbounded" },
        )
        assert.lengthOf(server.arrivals, 40)
        assert.strictEqual(server.mostAtOnce(), 4)
      }),
    ),
  )

  it.live("stop a request whose last caller has left", () =>
    withModel({}, (server) =>
      Effect.gen(function* () {
        server.fault({ kind: "hang" })
        const fiber = yield* Effect.fork(chat("a"))
        yield* server.reached(1)
        yield* Fiber.interrupt(fiber)
        assert.match((yield* chat("a")).text, /^answer/)
      }),
    ),
  )

  it.live("of money are hard: what is spent never exceeds them", () =>
    withModel(
      {
        budgetMicros: 3000,
        // A call costs 20 micro-dollars, at worst some 250.
        models: { small: { price: { prompt: 1, completion: 2, asOf: "2025-01-01" } } },
        server: { everyFault: (_, index) => (index % 3 === 2 ? { kind: "drop" } : undefined) },
      },
      (server) =>
        Effect.gen(function* () {
          const outcomes = yield* Effect.forEach(
            Array.from({ length: 100 }, (_, i) => i),
            (i) => Effect.either(chat(`question ${i}`)),
            { concurrency: 20 },
          )
          const errors = outcomes.flatMap((outcome) => (outcome._tag === "Left" ? [outcome.left] : []))
          assert.isAbove(errors.length, 0)
          assert.deepEqual([...new Set(errors.map(({ _tag }) => _tag))], ["BudgetExhausted"])
          const totals = yield* (yield* CallJournal).totals
          const spent = totals.reduce((sum, { micros, failedMicros }) => sum + micros + failedMicros, 0)
          assert.isAtMost(spent, 3000)
          assert.isAbove(spent, 2500)
          assert.isBelow(server.arrivals.length, 100)
        }),
    ),
  )

  it.live("of money tell a meter what judges cost: nothing on a free model, and unknown without a price", () =>
    Effect.forEach(
      [{ prompt: 1, completion: 2, asOf: "2025-01-01" }, { prompt: 0, completion: 0, asOf: "always" }, undefined],
      (price) =>
        withModel({ models: { small: price === undefined ? {} : { price } } }, () => {
          const meter = makeCallMeter()
          const ask = chat("a", { caller: { role: "judge", step: "Rollout/v1-a" } })
          return Effect.as(Effect.provideService(ask, CallMeter, meter), meter).pipe(
            Effect.map(({ byRole }) => byRole()["judge"]),
          )
        }),
    ).pipe(
      Effect.map((used) => {
        const tokens = { promptTokens: 10, completionTokens: 5 }
        assert.deepEqual(used, [{ ...tokens, dollars: 20e-6 }, { ...tokens, dollars: 0 }, tokens])
      }),
    ),
  )

  it.live("of money refuse a model without a price", () =>
    withModel({ budgetMicros: 1000 }, (server) =>
      Effect.gen(function* () {
        assert.match((yield* Effect.flip(chat("a"))).message, /no price.*`price` in understudy.config.ts/)
        assert.lengthOf(server.arrivals, 0)
      }),
    ),
  )
})
