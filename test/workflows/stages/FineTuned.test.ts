import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { CheckpointFiles } from "../../../layers/training/CheckpointFiles.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import type { SftSettings } from "../../../layers/training/SftRecipe.ts"
import * as TinkerTrainer from "../../../layers/training/tinker/TinkerTrainer.ts"
import { FineTunedResult, SplitResult } from "../../../src/domain/Results.ts"
import { Driver, Estimate, Graph, Home, Runner, Shard, Stage, Step } from "../../../src/index.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"
import { FineTuned } from "../../../workflows/stages/FineTuned.ts"
import { codec, conversation } from "../../layers/training/sftFixtures.ts"
import { quick } from "../../layers/training/tinker/tinkerFixtures.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-finetuned-"))
afterAll(() => rmSync(folder, { recursive: true }))
let homes = 0
const newHome = () => join(folder, `home${homes++}`)

/** A split as it comes: `simulator` has a long conversation, one without an intent and one that the user ended. */
const GivenSplit = Stage.make({
  name: "GivenSplit",
  version: 1,
  input: {},
  output: SplitResult,
  run: () =>
    Shard.once(
      "split",
      SplitResult,
      Effect.gen(function* () {
        const short = (name: string, count: number) =>
          Array.from({ length: count }, (_, i) => conversation([`${name} ${i}?`, `Yes, ${i}.`, "ok and then?", "No."]))
        const part = Effect.fnUntraced(function* (all: ReadonlyArray<ReturnType<typeof conversation>>) {
          return { conversations: yield* conversations.write(all), count: all.length, users: 1 }
        })
        const odd = [
          conversation(["long", "x".repeat(40), "longer", "y".repeat(400), "end", "z"]),
          conversation(["no aim", "so"], " "),
          conversation(["last", "word", "mine"]),
        ]
        const simulator = yield* part([...short("tea", 9), ...odd])
        const [validation, test] = [yield* part(short("milk", 4)), yield* part(short("rum", 5))]
        return SplitResult.make({
          preset: "given",
          simulator,
          assistant: simulator,
          validation,
          test,
          dropped: [],
          notes: [],
        })
      }),
    ),
  estimate: () => Estimate.free(12),
})

const base = { provider: "trainable", name: "scripted-base" } as const
const settings = { rank: 4, learningRate: 1e-3, batchSize: 2, maxTokens: 200, saveEvery: 2 } satisfies SftSettings
const tuned = (more: Partial<SftSettings> = {}, options: Partial<Parameters<typeof FineTuned>[0]> = {}) =>
  FineTuned({ split: GivenSplit({}), base, recipe: { ...settings, ...more }, ...options })

const services = (url: string, home: string) =>
  Policies.layer({ places: 2, waves: { size: 4, quietMillis: 1 }, codec: () => Effect.succeed(codec) }).pipe(
    Layer.provideMerge(Layer.merge(TinkerTrainer.layer({ url, timing: quick }), CheckpointFiles.layerKeptBy(url))),
    Layer.provideMerge(Home.Home.layer(home)),
    Layer.merge(Runner.layer(join(home, "engine.db"))),
    Layer.provide(NodeHttpClient.layerUndici),
  )

const drive = (step: Step.Step<FineTunedResult, never> | ReturnType<typeof tuned>) =>
  Effect.gen(function* () {
    const graph = Graph.make([step], new Map())
    const outcomes = yield* Driver.run(graph, { concurrency: 1, pollMillis: 5 })
    const outcome = outcomes.get([...graph.ids].find(([one]) => one === step)?.[1] ?? "")
    return outcome?._tag === "Done"
      ? Schema.validateSync(FineTunedResult)(outcome.output)
      : assert.fail(JSON.stringify(outcome))
  })

/** A run in a home of its own. */
const run = (step: ReturnType<typeof tuned>, options: Parameters<typeof scriptedTinker>[0] = {}) =>
  Effect.gen(function* () {
    const server = yield* scriptedTinker(options)
    return { server, result: yield* Effect.provide(drive(step), services(server.url, newHome())) }
  })

const slow = 60_000
/** Apart from time, and from where a server keeps a state. */
const learnt = ({ seconds: _seconds, checkpoint: { state: _state, ...checkpoint }, ...result }: FineTunedResult) => ({
  ...result,
  checkpoint,
})

describe("FineTuned", () => {
  it.scopedLive(
    "trains on what fits, and counts what it left out",
    () =>
      Effect.gen(function* () {
        const { result, server } = yield* run(tuned({ epochs: 2, schedule: "cosine", warmUp: 0.2 }))
        assert.deepStrictEqual(result.data, {
          conversations: 9,
          truncated: 0,
          sequences: 9,
          leftOut: [
            { reason: "longer than the context", count: 1 },
            { reason: "no intent", count: 1 },
            { reason: "the user has the last word", count: 1 },
          ],
        })
        assert.lengthOf(result.losses, 10)
        assert.lengthOf(result.learningRates, 10)
        assert.deepStrictEqual([result.step, result.evaluations], [10, []])
        assert.isBelow(result.perplexity.after, result.perplexity.before)
        assert.deepInclude(result, { opening: "real", condition: "intent", marker: "empty-turn" })
        const sent = server.arrivals.filter(({ route }) => route === "optim_step").map(({ body }) => body)
        assert.deepStrictEqual(
          sent.map((body) => (body as { adam_params: { learning_rate: number } }).adam_params.learning_rate),
          [...result.learningRates],
        )
      }),
    slow,
  )

  it.scopedLive(
    "cuts long conversations at a turn, and packs",
    () =>
      Effect.gen(function* () {
        const cut = yield* run(tuned({ overflow: "truncate", epochs: 1 }))
        assert.deepInclude(cut.result.data, { conversations: 10, truncated: 1, sequences: 10 })
        const packed = yield* run(tuned({ maxTokens: 500, packing: "whole" }))
        assert.strictEqual(packed.result.data.conversations, 9)
        assert.isBelow(packed.result.data.sequences, 6)
        const trained = packed.server.passes.filter(({ forwardOnly }) => !forwardOnly)
        assert.isTrue(trained.some(({ datums }) => datums.some(({ tokens }) => tokens.length > 250)))
      }),
    slow,
  )

  it.scopedLive(
    "keeps the best state, not the last, and stops when there is none better for long",
    () =>
      Effect.gen(function* () {
        const evaluated = { epochs: 2, evaluateEvery: 2, saveEvery: 3 }
        const { result } = yield* run(tuned({ ...evaluated, patience: 2 }), { bestAfter: 4 })
        assert.strictEqual(result.step, 4)
        assert.deepStrictEqual(
          result.evaluations.map(({ step }) => step),
          [0, 2, 4, 6, 8],
        )
        assert.lengthOf(result.losses, 8)
        const best = Math.min(...result.evaluations.map(({ nats }) => nats))
        assert.strictEqual(result.evaluations[2]?.nats, best)
        assert.isAbove(result.evaluations[2]?.tokens ?? 0, 0)
        const patient = yield* run(tuned(evaluated), { bestAfter: 4 })
        assert.deepStrictEqual([patient.result.step, patient.result.losses.length], [4, 10])
        assert.strictEqual(patient.result.checkpoint.identity, result.checkpoint.identity)
      }),
    slow,
  )

  it.scopedLive(
    "loses nothing when it is killed in the middle",
    () =>
      Effect.gen(function* () {
        const step = tuned({ epochs: 2, evaluateEvery: 4, saveEvery: 4 })
        const whole = yield* run(step)
        const server = yield* scriptedTinker()
        const home = newHome()
        const killed = yield* Effect.fork(Effect.provide(drive(step), services(server.url, home)))
        yield* server.reached("optim_step", 7)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(killed)))
        server.restart()
        const before = server.works.filter(({ kind }) => kind === "forward").length
        const result = yield* Effect.provide(drive(step), services(server.url, home))
        assert.deepStrictEqual(learnt(result), learnt(whole.result))
        // Ten steps, and those after the save at the fourth once more.
        assert.isAtMost(server.count("optim_step"), 10 + 4)
        const asked = server.works.filter(({ kind }) => kind === "forward").length
        assert.strictEqual(asked, whole.server.works.filter(({ kind }) => kind === "forward").length)
        assert.isAtMost(before, asked)
      }),
    slow,
  )

  it.scopedLive(
    "tells a mixture of personas, each conversation its own",
    () =>
      Effect.gen(function* () {
        const personas = [
          { name: "a", description: "You are calm", weight: 1 },
          { name: "b", description: "You are loud", rules: ["Shout"], weight: 1 },
        ] as const
        const { server } = yield* run(tuned({ heldOut: 1 }, { condition: "persona-and-intent", personas }))
        const seen = server.passes
          .filter(({ forwardOnly }) => !forwardOnly)
          .flatMap(({ datums }) => datums.map(({ tokens }) => codec.tokenizer.decode(tokens)))
        assert.isTrue(seen.every((text) => /You are calm\.\n\nYou need|You are loud\. Shout\.\n\nYou need/.test(text)))
        assert.isTrue(seen.some((text) => text.includes("calm")) && seen.some((text) => text.includes("loud")))
      }),
    slow,
  )

  it.scopedLive(
    "says when nothing can be learnt from",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const graph = Graph.make([tuned({ maxTokens: 20 })], new Map())
        const outcomes = yield* Effect.provide(
          Driver.run(graph, { concurrency: 1, pollMillis: 5 }),
          services(server.url, newHome()),
        )
        const told = JSON.stringify([...outcomes.values()])
        assert.include(told, "10 longer than the context")
        assert.include(told, "Raise the recipe's maxTokens")
      }),
    slow,
  )

  it("refuses at once what can't be trained", () => {
    const embedded = { provider: "embedded", name: "small" } as const
    const refused = (make: () => unknown, reason: string) => assert.throws(make, reason)
    refused(() => tuned({}, { base: { provider: "openai", name: "gpt" } }), "behind an endpoint")
    refused(() => tuned({ rank: 0 }, { base: embedded }), "rank 1 to 8")
    refused(() => tuned({ marker: "<|endconversation|>" }, { base: embedded }), "no room for the special token")
    refused(() => tuned({ patience: 1 }), "give evaluateEvery")
    refused(
      () => tuned({}, { personas: { name: "a", description: "You are calm." } }),
      'condition: "persona-and-intent"',
    )
  })
})
