import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Budget } from "../../../layers/llm/Budget.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { withinOneStandardError } from "../../../layers/training/checkpointChoice.ts"
import { hosted } from "../../../layers/training/tinker/TinkerDialect.ts"
import { logFile } from "../../../layers/training/TrainingLog.ts"
import type { AssistantResult } from "../../../src/domain/Results.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import * as U from "../../../workflows/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { isOutOfPatience } from "../../../workflows/stages/grpoValidation.ts"
import { RolePlay } from "../../../workflows/stages/RolePlay.ts"
import { TrainAssistant } from "../../../workflows/stages/TrainAssistant.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"
import { newHome, outcomeOf, remote, services, trained, training } from "./trainingWorld.ts"

const identities = ({ curve }: AssistantResult) => curve.map(({ identity }) => identity)
const patient = 120_000

describe("updates", () => {
  it.scopedLive(
    "goes through an iteration in mini-batches, a pass and a step each, in an order of its own for every epoch",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const recipe = { prompts: 4, miniBatch: 1, epochs: 2, iterations: 1, dropConstantGroups: false } as const
        const { curve } = yield* Effect.provide(
          trained(training({ ...recipe, loss: "ppo", metrics: "result" })),
          services(server.url, newHome()),
        )
        const order = server.arrivals.flatMap(({ route }) =>
          route === "forward_backward" || route === "optim_step" ? [route] : [],
        )
        assert.deepStrictEqual(order, Array.from({ length: 8 }, () => ["forward_backward", "optim_step"]).flat())
        const starts = server.passes.map(({ datums }) => String(datums[0]?.tokens))
        assert.strictEqual(new Set(starts.slice(0, 4)).size, 4)
        assert.deepStrictEqual(starts.slice(0, 4).sort(), starts.slice(4).sort())
        const updates = curve[0]?.metrics?.updates ?? []
        assert.strictEqual(updates.length, 8)
        // The first one starts from the very policy that sampled; the others are some steps on.
        assert.strictEqual(updates[0]?.weights.mean, 1)
        assert.isTrue(updates.slice(1).every(({ weights }) => weights.high > 1))
        assert.isTrue(updates.every(({ clipShare }) => clipShare >= 0 && clipShare <= 1))
      }),
    patient,
  )

  it.scopedLive(
    "draws more prompts until enough groups differ, at most as often as it may",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        // Nothing that anybody says passes this filter, so every round is drawn.
        const recipe = { iterations: 1, rounds: 3, filter: { least: 2 }, metrics: "result" } as const
        const { curve } = yield* Effect.provide(trained(training(recipe)), services(server.url, newHome()))
        assert.include(curve[0]?.metrics, { rounds: 3 })
        assert.include(curve[0]?.metrics?.groups, { drawn: 6, filtered: 6, trained: 0 })
        assert.strictEqual(server.count("optim_step"), 0)
        assert.strictEqual(curve[0]?.rollouts, 18)
      }),
    patient,
  )

  it.scopedLive(
    "makes none where all rewards are equal, says so, and goes on as the policy that it was",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const home = newHome()
        const never = { _tag: "ChecklistReward", checks: [{ kind: "words", min: 1000 }] } as const
        const step = (iterations: number) =>
          training(
            { iterations, saveEvery: 2, metrics: "result", validation: { prompts: 2, every: 2 } },
            { reward: never, select: "one-standard-error" },
          )
        const result = yield* Effect.provide(trained(step(3)), services(server.url, home))
        assert.strictEqual(server.count("optim_step"), 0)
        assert.strictEqual(new Set(identities(result)).size, 1)
        assert.deepStrictEqual(
          result.curve.map(({ groups, state, metrics }) => [groups, state !== undefined, metrics?.updates.length]),
          [
            [0, false, 0],
            [0, true, 0],
            [0, true, 0],
          ],
        )
        assert.include(result.curve[0]?.metrics?.groups, { drawn: 2, constant: 2, trained: 0 })
        assert.deepStrictEqual(result.notes, ["3 of 3 iterations made no update: no group was left to train on."])
        assert.strictEqual(result.checkpoint.identity, identities(result)[0])
        // Another process goes on from there.
        server.restart()
        const longer = yield* Effect.provide(trained(step(4)), services(server.url, home))
        assert.deepStrictEqual(identities(longer), Array(4).fill(identities(result)[0]))

        const some = yield* Effect.provide(trained(training()), services(server.url, newHome()))
        assert.isUndefined(some.notes)
      }),
    patient,
  )

  it.scopedLive(
    "never compares a prompt twice in an iteration, though passes over the prompts end within iterations and rounds",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const groups = (recipe: Parameters<typeof training>[0]) =>
          Effect.gen(function* () {
            const { curve } = yield* trained(training({ rollouts: 2, iterations: 3, ...recipe }))
            const records = yield* Effect.forEach(curve, ({ transcripts }) => rollouts.read(transcripts))
            return records.map((own) => [own.length / 2, new Set(own.map(({ prompt }) => prompt)).size])
          }).pipe(Effect.provide(services(server.url, newHome())))
        for (const [all, different] of yield* groups({ prompts: 7 })) {
          assert.strictEqual(all, 7)
          assert.strictEqual(different, 7)
        }
        for (const [all, different] of yield* groups({ prompts: 7, rounds: 2, filter: { least: 2 } }))
          assert.strictEqual(all, different)
      }),
    patient,
  )
})

describe("validation", () => {
  it.scopedLive(
    "asks the same prompts every time, chooses by the rule before any test, and tells of all checkpoints",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const home = newHome()
        const recipe = { iterations: 4, saveEvery: 4, validation: { prompts: 5, samples: 2, every: 1 } } as const
        const step = training(recipe, { select: "one-standard-error" })
        const found = yield* Effect.gen(function* () {
          const result = yield* trained(step)
          const read = yield* Effect.forEach(result.validations ?? [], ({ after, transcripts }) =>
            Effect.map(rollouts.read(transcripts), (records) => ({ after, records })),
          )
          return { result, read }
        }).pipe(Effect.provide(services(server.url, home)))
        const { result, read } = found
        assert.deepStrictEqual(
          result.validations?.map(({ after, rollouts }) => [after, rollouts]),
          [1, 2, 3, 4].map((after) => [after, 10]),
        )
        const prompts = read.map(({ records }) => String(records.map(({ prompt, sample }) => [prompt, sample])))
        assert.strictEqual(new Set(prompts).size, 1)
        const rewards = (records: (typeof read)[number]["records"]) =>
          new Map(
            [...new Set(records.map(({ prompt }) => prompt))].map((prompt) => {
              const own = records.filter((one) => one.prompt === prompt).flatMap(({ verdict }) => verdict?.reward ?? [])
              return [prompt, own.reduce((sum, reward) => sum + reward, 0) / own.length]
            }),
          )
        const expected = withinOneStandardError(
          read.map(({ after, records }) => ({ after, rewards: rewards(records) })),
        )
        const { selection } = result
        assert.strictEqual(selection?.chosen, expected?.after)
        assert.deepStrictEqual(
          selection?.checkpoints.map(({ after }) => after),
          [1, 2, 3, 4],
        )
        const chosen = selection?.checkpoints.find(({ after }) => after === selection.chosen)
        assert.deepStrictEqual(result.checkpoint, chosen?.checkpoint)

        // Another choice from the same training asks nobody anything.
        const arrivals = server.arrivals.length
        const third = yield* Effect.provide(trained(training(recipe, { select: 3 })), services(server.url, home))
        assert.strictEqual(server.arrivals.length, arrivals)
        assert.strictEqual(third.checkpoint.identity, identities(result)[2])
        assert.strictEqual(third.selection?.checkpoints.at(-1)?.after, 4)
      }),
    patient,
  )

  it.scopedLive(
    "samples and leaves out openings as training does",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const template = makeChatTemplate(makeTokenizer(vocabulary, config))
        // Every second opening has a digit more.
        const promptTokens = template.encode([{ role: "user", content: "What is number 1?" }], "assistant").length
        const recipe = {
          iterations: 1,
          limits: { promptTokens },
          sampling: { temperature: 0.9, topP: 0.8, biased: true },
          validation: { prompts: 10, every: 1 },
        }
        const openings = yield* Effect.gen(function* () {
          const { validations = [] } = yield* trained(training(recipe))
          const read = yield* Effect.forEach(validations, ({ transcripts }) => rollouts.read(transcripts))
          return read.flat().map(({ messages }) => messages[0]?.content ?? "")
        }).pipe(Effect.provide(services(server.url, newHome())))
        assert.isAbove(openings.length, 2)
        for (const opening of openings) assert.match(opening, /^What is number \d\?$/)
        const sampled = server.works.flatMap(({ kind, asked }) =>
          kind === "sample" ? [Object(asked).sampling_params as { temperature: number; top_p: number }] : [],
        )
        const ofPolicy = sampled.filter(({ temperature }) => temperature === 0.9)
        assert.isAbove(ofPolicy.length, 6)
        for (const { top_p } of ofPolicy) assert.strictEqual(top_p, 0.8)
      }),
    patient,
  )

  it.scopedLive(
    "ends training when patience does",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const validation = { prompts: 4, every: 1, patience: 1 }
        const result = yield* Effect.provide(
          trained(training({ iterations: 6, validation })),
          services(server.url, newHome()),
        )
        const { validations = [], selection, curve } = result
        assert.strictEqual(validations.length, curve.length)
        assert.isFalse(isOutOfPatience(validations.slice(0, -1), 1))
        assert.strictEqual(selection?.stoppedEarly, curve.length < 6)
        assert.isTrue(curve.length === 6 || isOutOfPatience(validations, 1))
        assert.strictEqual(result.checkpoint.identity, identities(result).at(-1))
      }),
    patient,
  )
})

describe("saved states", () => {
  it.scopedLive(
    "trains the same whatever the cadence of saves, and pays for new iterations alone when it goes on longer",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const [home, other] = [newHome(), newHome()]
        const short = yield* Effect.provide(trained(training({ iterations: 3 })), services(server.url, home))
        const count = () => ["asample", "forward_backward", "optim_step"].map(server.count)
        const before = count()
        // Another process, and a trainer that has lost its models.
        server.restart()
        const long = training({ iterations: 5, saveEvery: 2 })
        const longer = yield* Effect.provide(trained(long), services(server.url, home))
        const [samples = 0, passes, steps] = count().map((now, at) => now - (before[at] ?? 0))
        assert.deepStrictEqual(identities(longer).slice(0, 3), identities(short))
        assert.deepStrictEqual(
          longer.curve.map(({ state }) => state !== undefined),
          [false, true, false, true, true],
        )
        assert.deepStrictEqual([passes, steps], [2, 2])

        const whole = count()[0] ?? 0
        const anew = yield* Effect.provide(trained(long), services(server.url, other))
        assert.deepStrictEqual(identities(anew), identities(longer))
        assert.isBelow(samples, (count()[0] ?? 0) - whole)
      }),
    patient,
  )
})

describe("rollouts of an older policy", () => {
  const step = training(
    { iterations: 4, staleness: 1, metrics: "result" },
    { base: remote, simulator: RolePlay({ model: remote }) },
  )
  const samplers = (result: AssistantResult) =>
    Effect.forEach(result.curve, ({ transcripts }) =>
      Effect.map(rollouts.read(transcripts), (records) => [
        ...new Set(
          records.flatMap(({ messages, turns }) =>
            turns.flatMap(({ model }, at) => (messages[at]?.role === "assistant" ? [model] : [])),
          ),
        ),
      ]),
    )

  it.scopedLive(
    "are one iteration behind, weighed by importance, and the same when the run is repeated",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker({ samplersStay: true })
        const run = Effect.gen(function* () {
          const result = yield* trained(step)
          return { result, by: yield* samplers(result) }
        })
        const apart = () => services(server.url, newHome(), undefined, hosted)
        const { result, by } = yield* Effect.provide(run, apart())
        const [first, second, third] = identities(result)
        const start = by[0]?.[0]
        assert.deepStrictEqual(by, [[start], [start], [first], [second]])
        assert.notInclude(by.flat(), third)
        assert.deepStrictEqual(
          result.curve.map(({ metrics }) => metrics?.staleness),
          [undefined, 1, 1, 1],
        )
        const weights = result.curve.map(({ metrics }) => metrics?.updates[0]?.weights.mean ?? 0)
        assert.strictEqual(weights[0], 1)
        assert.isTrue(weights.slice(1).every((weight) => weight > 1))
        const again = yield* Effect.provide(run, apart())
        assert.deepStrictEqual(identities(again.result), identities(result))
      }),
    patient,
  )

  it.scopedLive(
    "are refused by a trainer that samples the newest weights only",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const { outcome } = yield* Effect.provide(outcomeOf(step), services(server.url, newHome()))
        assert.include(JSON.stringify(outcome), "staleness 1 (sampling an older policy")
        assert.strictEqual(server.count("asample"), 0)
      }),
    patient,
  )
})

describe("limits and metrics", () => {
  it.scopedLive(
    "leaves out openings that are too long, ends long conversations with a reason, and writes metrics as it goes",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const home = newHome()
        const limits = { totalTokens: 80, promptTokens: 400 }
        const { id, curve } = yield* Effect.provide(trained(training({ limits })), services(server.url, home))
        const reasons = curve.flatMap(({ failures }) => failures.map(({ by, reason }) => `${by}: ${reason}`))
        assert.include(reasons, "assistant: the conversation is too long")
        assert.isUndefined(curve[0]?.metrics)
        const lines = readFileSync(logFile(join(home, "metrics"), id), "utf8")
          .trimEnd()
          .split("\n")
        const read = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
        assert.deepStrictEqual(
          read.map(({ kind, after }) => [kind, after]),
          [
            ["iteration", 1],
            ["iteration", 2],
          ],
        )
        assert.hasAllKeys(read[0]?.["metrics"], [
          "rewardByJudge",
          "rewardByPersona",
          "rewardByTurn",
          "lengths",
          "entropy",
          "groups",
          "rounds",
          "updates",
          "tokens",
          "usage",
        ])

        const none = training({ limits: { promptTokens: 1 } })
        const { outcome } = yield* Effect.provide(outcomeOf(none), services(server.url, newHome()))
        assert.strictEqual(outcome._tag, "Suspended")
      }),
    patient,
  )
})

describe("what an iteration uses", () => {
  const priced = (known: boolean) =>
    Effect.map(Budget, (budget) => ({
      accounting: {
        budget,
        price: (_: unknown, use: string) => {
          const price = { prompt: 2, completion: use === "train" ? 2 : 30, asOf: "2026-01-01" }
          return known || use === "train" ? price : undefined
        },
      },
    })).pipe(Effect.provide(Budget.unlimited))
  const used = ({ curve }: AssistantResult) => curve.map(({ metrics }) => metrics?.usage ?? {})

  it.scopedLive(
    "is told by role in tokens and dollars, the same where the journal answers",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const home = newHome()
        const run = (iterations: number, known = true) =>
          Effect.gen(function* () {
            const step = training({ iterations, metrics: "result" })
            const result = yield* trained(step)
            const books = (yield* (yield* CallJournal).totals).filter((row) => row.step === result.id)
            return { result, books }
          }).pipe(Effect.provide(Layer.unwrapEffect(Effect.map(priced(known), (accounting) => layer(accounting)))))
        const layer = (accounting: Effect.Effect.Success<ReturnType<typeof priced>>) =>
          services(server.url, home, undefined, undefined, accounting)
        const { result, books } = yield* run(1)
        const [first = {}] = used(result)
        assert.deepStrictEqual(Object.keys(first), ["assistant", "simulator", "judge", "trainer"])
        for (const { role, promptTokens, completionTokens, micros } of books.filter(({ kind }) => kind !== "train"))
          assert.deepStrictEqual(first[role], { promptTokens, completionTokens, dollars: micros / 1e6 })
        const { tokens } = result.curve[0]?.metrics ?? {}
        const trainer = tokens?.trainer ?? 0
        assert.deepStrictEqual(first["trainer"], {
          promptTokens: trainer,
          completionTokens: 0,
          dollars: (2 * trainer) / 1e6,
        })
        assert.strictEqual(first["assistant"]?.completionTokens, tokens?.assistant)

        // Two iterations of which the journal has the first: it counts as what it cost, without a price as well.
        const longer = used((yield* run(2, false)).result)
        assert.deepStrictEqual(longer[0], first)
        assert.isAbove(longer[1]?.["judge"]?.promptTokens ?? 0, 0)
        assert.isUndefined(longer[1]?.["judge"]?.dollars)
        assert.isAbove(longer[1]?.["trainer"]?.dollars ?? 0, 0)
      }),
    patient,
  )
})

describe("conversations that outgrow the model's context", () => {
  const overflown = ({ curve: [first] }: AssistantResult) => [
    first?.failures.find(({ by, reason }) => by === "assistant" && reason === "context overflow")?.count ?? 0,
    first?.endings.find(({ ending }) => ending === "length")?.count ?? 0,
  ]

  it.scopedLive(
    "score the floor, be it told by the server's refusal or by the context that it states",
    () =>
      Effect.gen(function* () {
        const refusing = yield* scriptedTinker()
        const detail = "Prompt length plus max_tokens exceeds the model's context window: 30 + 8 > 32."
        refusing.fault("asample", { kind: "reply", status: 400, body: { detail } })
        const one = yield* Effect.provide(trained(training({ iterations: 1 })), services(refusing.url, newHome()))
        assert.deepStrictEqual(overflown(one), [1, 1])

        // Room for the longest opening and a whole reply, but not for the token more that scoring takes.
        const template = makeChatTemplate(makeTokenizer(vocabulary, config))
        const room = template.encode([{ role: "user", content: "What is number 10?" }], "assistant").length + 8
        const small = yield* scriptedTinker({ models: [{ model_name: "scripted-base", max_context_length: room }] })
        const run = (url: string, home: string) => {
          const step = training({ iterations: 1, prompts: 4 }, { conversing: { turns: 1, maxTokens: 8 } })
          return Effect.provide(trained(step), services(url, home))
        }
        const all = yield* run(small.url, newHome())
        const [failed = 0, ended] = overflown(all)
        assert.isAbove(failed, 0)
        assert.strictEqual(ended, failed)
        assert.isAbove(all.curve[0]?.groups ?? 0, 0)
        const large = yield* run((yield* scriptedTinker()).url, newHome())
        assert.deepStrictEqual(overflown(large), [0, 0])
      }),
    patient,
  )
})

describe("what is refused", () => {
  const refusal = (...given: Parameters<typeof training>) => {
    try {
      training(...given)
      return "nothing"
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  it("names what a trainer can't do, or what would be biased", () => {
    assert.include(refusal({ staleness: 1 }), "not honoured by the embedded trainer")
    assert.include(refusal({ sampling: { temperature: 0.7 } }), "biased")
    assert.strictEqual(refusal({ sampling: { temperature: 0.7, biased: true } }), "nothing")
    assert.include(refusal({ kl: 0.1, klPlacement: "loss" }), 'klPlacement "loss"')
    assert.include(refusal({ klPlacement: "loss-gradient" }), "k1")
    assert.include(refusal({ rank: 0 }), "rank 0 (all weights)")
    assert.include(refusal({ rank: 9 }), "rank 1 to 8")
    assert.include(refusal({ miniBatch: 3 }), "miniBatch (3)")
    assert.include(refusal({}, { select: "one-standard-error" }), "recipe.validation")
    assert.include(refusal({}, { select: 3 }), "after 3 iterations of 2")
  })

  it("is credit by turns that can be worth less than nothing", () => {
    const judge = U.Reward.rubric([U.Model.openai("gpt-4o-mini-2024-07-18")])
    const cheaper = U.Reward.mix([
      [1, judge],
      [-0.1, U.Reward.tokens],
    ])
    const program = (low: number) => U.Reward.command(["score"], { range: { low, high: 1 } })
    const credited = (each: Parameters<typeof U.Reward.turns>[0], credit: "Equalized" | "R2G" | "EM") =>
      refusal({}, { reward: U.Reward.turns(each, { credit }) })
    assert.include(credited(cheaper, "R2G"), 'credit "R2G"')
    assert.include(credited(program(-1), "EM"), "can be worth -1")
    assert.include(credited(U.Reward.mix([[-1, judge]]), "EM"), 'Say credit: "Equalized"')
    assert.strictEqual(credited(cheaper, "Equalized"), "nothing")
    assert.strictEqual(credited(judge, "R2G"), "nothing")
    assert.strictEqual(credited(program(-0.2), "EM"), "nothing")
    assert.strictEqual(refusal({}, { reward: cheaper }), "nothing")
  })

  it("has no step under another name for settings that are the defaults", () => {
    const one = training()
    const same = training({ epochs: 1, saveEvery: 1, metrics: "file", klPlacement: "advantage" }, { select: "last" })
    assert.deepStrictEqual({ ...one.input }, { ...same.input })
    assert.strictEqual(TrainAssistant.version, 2)
  })
})
