/** The stage against a scripted endpoint that gives what models and servers give instead of intents. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import {
  fewShotIntentPrompt,
  intentOpening,
  intentPromptHash,
  IntentPrompt,
} from "../../../layers/generation/intents/IntentPrompt.ts"
import { embeddedIntents, labIntents, relIntents } from "../../../layers/generation/intents/IntentRecipe.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import * as Model from "../../../layers/llm/Model.ts"
import { Budget } from "../../../layers/llm/Budget.ts"
import * as ModelClients from "../../../layers/llm/ModelClients.ts"
import type { TokenRequest } from "../../../layers/llm/TokenModel.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import { SplitResult } from "../../../src/domain/Results.ts"
import type { Part } from "../../../src/domain/Results.ts"
import { Driver, Estimate, Graph, Home, reopen, Runner, Shard, Stage } from "../../../src/index.ts"
import type { Conversation } from "../../../src/index.ts"
import { Intents } from "../../../workflows/stages/Intents.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"
import { failing } from "../../layers/llm/llmFixtures.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const patient = 120_000

const folder = mkdtempSync(join(tmpdir(), "understudy-intents-"))
afterAll(() => rmSync(folder, { recursive: true }))
let homes = 0
const newHome = () => join(folder, `home-${homes++}`)

/** `given` has its intent already; two conversations by each user. */
const conversation = (i: number, given = false): Conversation => ({
  id: `c${i}`,
  user: `u${i >> 1}`,
  messages: [
    {
      role: "user",
      content: `tell me about c${i}. then compare it with every other thing that you have ever heard of`,
    },
    { role: "assistant", content: `That is thing c${i}.` },
    { role: "user", content: "go on" },
  ],
  ...(given ? { intent: `to be used as it is ${i}` } : {}),
})

interface Corpus {
  readonly train: ReadonlyArray<Conversation>
  readonly validation: ReadonlyArray<Conversation>
  readonly test: ReadonlyArray<Conversation>
}

/** A split as the paper's presets make it: both sides train on one artifact. */
const Given = Stage.make({
  name: "Given",
  version: 1,
  input: { corpus: Schema.Any },
  output: SplitResult,
  run: ({ corpus }) => {
    const { train, validation, test } = corpus as Corpus
    const part = (all: ReadonlyArray<Conversation>) =>
      Effect.map(conversations.write([...all]), (ref) => ({
        conversations: ref,
        count: all.length,
        users: new Set(all.map(({ user }) => user)).size,
      }))
    return Shard.once(
      "split",
      SplitResult,
      Effect.gen(function* () {
        const both = yield* part(train)
        return SplitResult.make({
          preset: "lab",
          simulator: both,
          assistant: both,
          validation: yield* part(validation),
          test: yield* part(test),
          dropped: [{ reason: "too short", count: 3 }],
          notes: ["a note"],
        })
      }),
    )
  },
  estimate: ({ corpus }) => {
    const { train, validation, test } = corpus as Corpus
    return Estimate.free(train.length + validation.length + test.length)
  },
})

const range = (from: number, to: number, given: (i: number) => boolean = () => false) =>
  Array.from({ length: to - from }, (_, i) => conversation(from + i, given(from + i)))

const writer = Model.openai("writer", { revision: "1" })
const intents = (corpus: Corpus, options: { readonly maxFailureShare?: number } = {}) =>
  Intents({ split: Given({ corpus }), model: writer, recipe: labIntents, ...options })

/** Models in tokens; nothing is trained here. */
const policies = (base: (typeof Policies.Service)["base"]) => {
  const unused = () => Effect.die("not used")
  return Layer.succeed(
    Policies,
    Policies.of({ base, model: unused, forward: unused, train: unused, save: unused, drift: unused() }),
  )
}
const noPolicies = policies(() => Effect.die("not used"))

const services = (url: string, home: string, options: { models?: typeof noPolicies; concurrency?: number } = {}) =>
  ModelClients.layer({
    config: { endpoints: { default: { url, concurrency: options.concurrency ?? 64 } }, models: {} },
    run: "test",
    retry: { base: "1 millis", cap: "5 millis", patience: "5 seconds", firstPatience: "1 second" },
    cooldown: "5 millis",
  }).pipe(
    Layer.merge(options.models ?? noPolicies),
    Layer.provide(Budget.unlimited),
    Layer.provideMerge(Home.Home.layer(home)),
    Layer.merge(Runner.layer(join(home, "engine.db"))),
  )

const drive = (step: ReturnType<typeof intents>) =>
  Effect.gen(function* () {
    const graph = Graph.make([step])
    const outcomes = yield* Driver.run(graph, { concurrency: 2, pollMillis: 5 })
    const id = graph.ids.get(step) ?? ""
    return { id, outcome: outcomes.get(id) }
  })

const done = (step: ReturnType<typeof intents>) =>
  Effect.map(drive(step), ({ outcome }) =>
    outcome?._tag === "Done" ? Schema.validateSync(SplitResult)(outcome.output) : assert.fail(JSON.stringify(outcome)),
  )

const readAll = ({ simulator, validation, test }: SplitResult) =>
  Effect.forEach([simulator, validation, test], ({ conversations: ref }) => conversations.read(ref))

const askedOf = ({ body }: Arrival) => {
  const [message] = body["messages"] as ReadonlyArray<{ readonly content: string }>
  return /tell me about (c\d+)\./.exec(message?.content ?? "")?.[1] ?? "?"
}

const wanted = `${intentOpening} learn about some subject.`
const text = (said: string, more: { readonly finish?: string; readonly refusal?: string } = {}): Fault => ({
  kind: "text",
  text: said,
  ...more,
})

/** Faults for conversations, one for each request in turn; then, and for all others, an intent. */
const faulty = (faults: Readonly<Record<string, ReadonlyArray<Fault>>>) => {
  const left = new Map(Object.entries(faults).map(([id, own]) => [id, [...own]]))
  return (arrival: Arrival): Fault => left.get(askedOf(arrival))?.shift() ?? text(wanted)
}

const repeated = (times: number, fault: Fault) => Array.from({ length: times }, () => fault)
const overflow = failing(400, { message: "maximum context length is 8192 tokens", code: "context_length_exceeded" })
const copied = `${intentOpening} compare it with every other thing that you have ever heard of.`

describe("Intents", () => {
  it.scopedLive(
    "counts what comes instead of intents as it was injected, and leaves out what none was had for",
    () =>
      Effect.gen(function* () {
        const corpus = {
          train: range(0, 30, (i) => i >= 24),
          validation: range(30, 35),
          test: range(35, 40, (i) => i === 39),
        }
        const server = yield* scriptedOpenAi({
          everyFault: faulty({
            c0: [text("lorem ipsum")],
            c1: repeated(4, text("Certainly! The user wants to learn.")),
            c2: [text(copied), text(`<think>hm</think>"${wanted}"`)],
            c3: [text(""), text("<think>so the user")],
            c4: [overflow],
            c5: [overflow, overflow],
            c6: [failing(500, { message: "oops" }), failing(503, { message: "busy" })],
            c7: [text("", { refusal: "I won't." })],
            c8: repeated(3, { kind: "reply", status: 200, body: "<html>" }),
            c9: [text(`${wanted}\n\nIt is about c9.`)],
            c10: [text(`${intentOpening} ${"talk ".repeat(60)}`)],
            c11: [text(`${intentOpening} learn about`, { finish: "length" })],
            c30: repeated(4, text("no")),
          }),
        })
        const { result, parts } = yield* Effect.gen(function* () {
          const result = yield* done(intents(corpus, { maxFailureShare: 0.2 }))
          return { result, parts: yield* readAll(result) }
        }).pipe(Effect.provide(services(server.url, newHome())))

        assert.deepStrictEqual(result.dropped, [
          { reason: "too short", count: 3 },
          { reason: "no intent: wrong opening", count: 2 },
          { reason: "no intent: context overflow", count: 1 },
        ])
        assert.deepStrictEqual(result.simulator, result.assistant)
        const counts = ({ count, users }: Part) => [count, users]
        assert.deepStrictEqual([result.simulator, result.validation, result.test].map(counts), [
          [28, 15],
          [4, 3],
          [5, 3],
        ])
        assert.deepStrictEqual(
          parts.flat().map(({ id }) => id),
          Array.from({ length: 40 }, (_, i) => `c${i}`).filter((id) => !["c1", "c5", "c30"].includes(id)),
        )
        for (const { id, intent } of parts.flat()) {
          const i = Number(id.slice(1))
          assert.strictEqual(intent, (i >= 24 && i < 30) || i === 39 ? `to be used as it is ${i}` : wanted)
        }
        const [note, given, prompt, shown, draws, without, ...more] = result.notes
        assert.deepStrictEqual(more, [])
        assert.strictEqual(note, "a note")
        assert.strictEqual(given, "Intents: 7 were in the data, 30 were written by writer, 3 could not be had.")
        assert.strictEqual(
          prompt,
          `Intents: the prompt is ${intentPromptHash(Schema.decodeSync(IntentPrompt)(fewShotIntentPrompt))}.`,
        )
        assert.match(shown ?? "", /not shown all of 2 conversations: .*cut \(0\).*limit \(0\).*context \(2\)/)
        assert.strictEqual(
          draws,
          "Intents: draws that were none: wrong opening (9), empty (2), context overflow (1), copies the user (1), cut off (1), invalid answer (1), refused (1), several paragraphs (1), too long (1).",
        )
        assert.match(without ?? "", /c1 \(wrong opening; calls( [0-9a-f]{12}){4}\); c5 \(context overflow\); c30 /)
        // 33 that lack an intent, and one request more for each fault after which something was asked again.
        assert.strictEqual(server.arrivals.length, 33 + 1 + 3 + 2 + 2 + 1 + 1 + 2 + 1 + 3 + 1 + 1 + 1 + 3 - 1)
        assert.isFalse(server.arrivals.some((arrival) => /c2[4-9]|c39/.test(askedOf(arrival))))
        const { messages: _, ...sampling } = server.arrivals[0]?.body ?? {}
        assert.deepInclude(sampling, { model: "writer", temperature: 0.7, top_p: 0.9, max_tokens: 4096 })
      }),
    patient,
  )

  it.scopedLive(
    "goes on after a stop without paying for an answer twice, and asks nobody once it is done",
    () =>
      Effect.gen(function* () {
        const corpus = { train: range(0, 250), validation: range(250, 260), test: range(260, 270) }
        const home = newHome()
        let locked = true
        const server = yield* scriptedOpenAi({
          everyFault: (arrival, index) =>
            locked && index >= 220 ? failing(401, { message: "bad key" }) : faulty({})(arrival),
        })
        // One request at once: whatever was answered is kept when the next is refused.
        const drivenOnce = Effect.provide(drive(intents(corpus)), services(server.url, home, { concurrency: 1 }))
        assert.strictEqual((yield* drivenOnce).outcome?._tag, "Suspended")
        const refused = server.arrivals.length - 220
        assert.isAbove(refused, 0)
        locked = false
        const result = yield* Effect.provide(done(intents(corpus)), services(server.url, home))
        assert.strictEqual(result.simulator.count, 250)
        const answered = server.arrivals.toSpliced(220, refused).map(({ hash }) => hash)
        assert.strictEqual(answered.length, 270)
        assert.strictEqual(new Set(answered).size, 270)

        const again = yield* Effect.provide(done(intents(corpus)), services(server.url, home))
        assert.deepStrictEqual(again, result)
        assert.strictEqual(server.arrivals.length, 270 + refused)
      }),
    patient,
  )

  it.scopedLive(
    "is suspended where too many fail, and draws on for those alone when it is done anew",
    () =>
      Effect.gen(function* () {
        const corpus = { train: range(0, 20), validation: range(20, 22), test: range(22, 24) }
        const home = newHome()
        const bad = repeated(4, text("no"))
        const server = yield* scriptedOpenAi({ everyFault: faulty({ c3: bad, c21: bad }) })
        const run = Effect.provide(drive(intents(corpus)), services(server.url, home))
        const { id, outcome } = yield* run
        assert.strictEqual(server.arrivals.length, 24 + 6)
        const [failure] = outcome?._tag === "Suspended" ? outcome.failures : []
        assert.strictEqual(failure?.kind, "data")
        assert.match(
          failure?.reason ?? "",
          /^2 of 24 conversations got no intent: wrong opening \(2\)\. The first: c3 \(/,
        )
        // Going on asks for nothing: the answers that were of no use are in the journal.
        assert.strictEqual((yield* run).outcome?._tag, "Suspended")
        assert.strictEqual(server.arrivals.length, 24 + 6)

        const result = yield* Effect.gen(function* () {
          yield* reopen([id], { anew: true })
          return yield* done(intents(corpus))
        }).pipe(Effect.provide(services(server.url, home)))
        assert.deepStrictEqual([result.simulator.count, result.validation.count, result.dropped.length], [20, 2, 1])
        assert.strictEqual(server.arrivals.length, 24 + 6 + 2)
      }),
    patient,
  )

  it.scopedLive(
    "stops after the first batch where a model can't do it",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedOpenAi({ everyFault: () => text("no") })
        const corpus = { train: range(0, 500), validation: range(500, 501), test: range(501, 502) }
        const { outcome } = yield* Effect.provide(drive(intents(corpus)), services(server.url, newHome()))
        assert.strictEqual(outcome?._tag, "Suspended")
        assert.strictEqual(server.arrivals.length, 4 * 200)
      }),
    patient,
  )

  it.scopedLive(
    "gives back the same artifacts, without a call, where the data has all intents",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedOpenAi()
        const always = () => true
        const corpus = { train: range(0, 5, always), validation: range(5, 7, always), test: range(7, 9, always) }
        const { result, parts } = yield* Effect.gen(function* () {
          const result = yield* done(intents(corpus))
          return { result, parts: yield* readAll(result) }
        }).pipe(Effect.provide(services(server.url, newHome())))
        assert.deepStrictEqual(parts, [corpus.train, corpus.validation, corpus.test])
        assert.deepStrictEqual(result.notes.slice(1), [
          "Intents: 9 were in the data, 0 were written by writer, 0 could not be had.",
        ])
        assert.strictEqual(server.arrivals.length, 0)
      }),
    patient,
  )

  it.scopedLive(
    "puts the required words into the mouth of a model in tokens",
    () =>
      Effect.gen(function* () {
        const tokenizer = makeTokenizer(vocabulary, config)
        const template = makeChatTemplate(tokenizer)
        const requests: Array<TokenRequest> = []
        const end = tokenizer.specialTokens.get("<|im_end|>") ?? -1
        // One that stops, one that rambles on into a second line, one that begins with another word at first.
        const beginnings = ["day", " go on. And th"]
        const answer = (asked: string) =>
          asked.includes("c0.")
            ? ({ said: " learn about a thing.", finish: "stop" } as const)
            : ({
                said: asked.includes("c1.") ? " learn.\nThe user" : (beginnings.shift() ?? ""),
                finish: "length",
              } as const)
        const models = policies((spec) =>
          Effect.succeed({
            spec,
            identity: "tiny",
            tokenizer,
            template,
            score: () => Effect.die("not used"),
            sample: (request) =>
              Effect.sync(() => {
                requests.push(request)
                const { said, finish } = answer(tokenizer.decode(request.prompt))
                const tokens = [...tokenizer.encode(said), ...(finish === "stop" ? [end] : [])]
                return { tokens, logprobs: tokens.map(() => -1), finish, key: `k${requests.length}` }
              }),
          }),
        )
        const always = () => true
        const corpus = { train: range(0, 3), validation: range(3, 4, always), test: range(4, 5, always) }
        const step = Intents({ split: Given({ corpus }), model: Model.embedded, recipe: embeddedIntents })
        const parts = yield* Effect.flatMap(done(step), readAll).pipe(
          Effect.provide(services("http://127.0.0.1:1/v1", newHome(), { models })),
        )
        assert.deepStrictEqual(
          parts[0]?.map(({ intent }) => intent),
          [" learn about a thing.", " learn.", " go on."].map((rest) => intentOpening + rest),
        )
        assert.lengthOf(requests, 4)
        const asked = tokenizer.decode(requests[0]?.prompt ?? [])
        assert.isTrue(asked.endsWith(`<|im_start|>assistant\n${intentOpening}`), asked)
        assert.notInclude(asked, "That is thing")
        assert.strictEqual(new Set(requests.map(({ seed }) => seed)).size, 4)
        assert.deepInclude(requests[0], { temperature: 0.7, maxTokens: 32, stop: [end] })
      }),
    patient,
  )

  it("is another step under another prompt", () => {
    const split = Given({ corpus: { train: [], validation: [], test: [] } })
    const idOf = (recipe: Parameters<typeof Intents>[0]["recipe"]) => {
      const step = Intents({ split, model: writer, recipe })
      return Graph.make([step]).ids.get(step)
    }
    const changed = { ...fewShotIntentPrompt, closing: `${fewShotIntentPrompt.closing} Please.` }
    const ids = [labIntents, relIntents, embeddedIntents, { prompt: changed }].map(idOf)
    assert.strictEqual(new Set(ids).size, 4)
    assert.strictEqual(idOf({ ...labIntents, draws: 4, temperature: 0.7 }), ids[0])
  })

  it("is planned with one call for each conversation, and four at most", () => {
    const step = intents({ train: range(0, 30), validation: range(30, 35), test: range(35, 40) })
    const { size, demands } = Intents.estimate(step.input as never, () => 40)
    assert.strictEqual(size, 40)
    assert.lengthOf(demands, 1)
    assert.deepInclude(demands[0], { role: "intent", model: writer, calls: { low: 0, expected: 40, high: 160 } })
    const { promptTokens } = demands[0]!
    assert.isTrue(promptTokens.low <= promptTokens.expected && promptTokens.expected <= promptTokens.high)
  })
})
