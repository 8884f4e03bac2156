import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { floorOf } from "../../../layers/evaluation/floorVerdict.ts"
import { Judge } from "../../../layers/evaluation/Judge.ts"
import type { Forward, Judged } from "../../../layers/evaluation/Judge.ts"
import { Reward } from "../../../layers/evaluation/Reward.ts"
import { rollOut } from "../../../layers/evaluation/rollOut.ts"
import type { Dialogue } from "../../../layers/generation/converse.ts"
import type { RolloutFailure } from "../../../src/domain/Rollout.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { Unavailable } from "../../../src/domain/LlmError.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import type { ChatRequest } from "../../../src/ports/LanguageModel.ts"
import { asker, going, replying, setting, talker } from "../generation/scriptedSpeakers.ts"

const judge = (name: string) => ({ provider: "openai", name }) as const
const decode = Schema.decodeSync(Reward)

/** Judges answer by name; a text that is no grade is a failure after three tries. */
const judging = (answer: (request: ChatRequest) => string) => {
  const asked: Array<ChatRequest> = []
  const chat = (request: ChatRequest) =>
    Effect.sync(() => {
      asked.push(request)
      return {
        text: answer(request),
        finish: "stop" as const,
        usage: { promptTokens: 1, completionTokens: 1 },
        key: "k",
      }
    })
  const model = LanguageModel.of({ chat, complete: () => Effect.die("not used") })
  // Models journal their calls themselves.
  const journal = { call: () => Effect.die("not used") } as unknown as typeof CallJournal.Service
  const layer = Judge.layer.pipe(
    Layer.provide(Layer.succeed(LanguageModel, model)),
    Layer.provide(Layer.succeed(CallJournal, journal)),
  )
  return { asked, layer }
}
const grade = (score: number) => JSON.stringify({ thought: "so", score })
const noJudge = judging(() => assert.fail("no judge is asked"))

const dialogue = (replies: ReadonlyArray<string>, failure: RolloutFailure | null = null): Dialogue => ({
  messages: replies.flatMap((content, i) => [
    { role: "user", content: `question ${i}` } as const,
    { role: "assistant", content } as const,
  ]),
  turns: replies.flatMap(() => [turn, turn]),
  ending: "turn-limit",
  closing: null,
  failure,
  refusals: [],
  transitions: [],
  replyTokens: replies.map((reply) => reply.split(" ").length),
  calls: ["call"],
})
const turn = { model: null, key: null, seed: null, attempts: 0 }
const judged = (replies: ReadonlyArray<string>, forward?: Forward): Judged => ({
  dialogue: dialogue(replies),
  prompt: { id: "p", user: "u", messages: [], intent: "to learn" },
  fluency: undefined,
  forward,
  caller: { role: "judge", step: "s" },
})
const verdict = (reward: typeof Reward.Encoded, of: Judged) =>
  Effect.flatMap(Judge, (judges) => judges.verdict(decode(reward), of))

describe("constructors", () => {
  it("give the literals that schemas read", () => {
    const rubric = Reward.rubric([judge("a")])
    assert.deepStrictEqual(rubric, { _tag: "RubricReward", judges: [judge("a")] })
    assert.deepStrictEqual(
      Reward.mix([
        [1, rubric],
        [-0.1, Reward.tokens],
      ]),
      {
        _tag: "MixReward",
        parts: [
          [1, rubric],
          [-0.1, { _tag: "TokenReward" }],
        ],
      },
    )
  })

  it("are refused where forward samples would be sampled from forward samples", () => {
    const inner = Reward.multiTurnAware({ metrics: [{ weight: 1, metric: Reward.tokens }], samples: 1, window: 1 })
    const outer = { metrics: [{ weight: 1, metric: Reward.mix([[1, inner]]) }], samples: 1, window: 1 } as const
    assert.throws(() => decode(Reward.multiTurnAware(outer)), /can't be multi-turn-aware itself/)
  })
})

describe("a judge that fails among several", () => {
  const rubric = (onJudgeFailure: "drop-judge" | "paper-zero") =>
    Reward.rubric([judge("good"), judge("bad")], { onJudgeFailure })
  const { layer } = judging(({ model }) => (model.name === "good" ? grade(8) : "no grade"))

  it.effect("is left out for now, and kept as failed for the group to see", () =>
    Effect.gen(function* () {
      const { reward, parts, checks, measures } = yield* verdict(rubric("drop-judge"), judged(["yes"]))
      assert.strictEqual(reward, 0.8)
      assert.deepStrictEqual(
        parts?.map((part) => [part.name, part.weight, part.reward]),
        [
          ["good", 1, 0.8],
          ["bad", 0, null],
        ],
      )
      assert.deepStrictEqual(checks[1], { check: "bad", passed: null, reason: "failed (InvalidOutput)" })
      assert.deepStrictEqual(measures, { "score of good": 8 })
    }).pipe(Effect.provide(layer)),
  )

  it.effect("counts as 0 where the paper is followed, and the verdict says so", () =>
    Effect.gen(function* () {
      const { reward, checks, measures } = yield* verdict(rubric("paper-zero"), judged(["yes"]))
      assert.strictEqual(reward, 0.4)
      assert.match(checks[1]?.reason ?? "", /counted as 0 as the paper does/)
      assert.strictEqual(measures["judges counted as 0"], 1)
      const both = judging(() => "no grade")
      const none = yield* Effect.provide(verdict(rubric("paper-zero"), judged(["yes"])), both.layer)
      assert.strictEqual(none.reward, 0)
      const error = yield* Effect.flip(
        Effect.provide(verdict(rubric("drop-judge"), judged(["yes"])), judging(() => "no grade").layer),
      )
      assert.strictEqual(error._tag, "Unscored")
    }).pipe(Effect.provide(layer)),
  )

  it.effect("is never left out for an outage", () =>
    Effect.gen(function* () {
      const down = LanguageModel.of({
        chat: () => Effect.fail(Unavailable.make({ endpoint: "e", model: "m", detail: "down" })),
        complete: () => Effect.die("not used"),
      })
      const journal = { call: () => Effect.die("not used") } as unknown as typeof CallJournal.Service
      const layer = Judge.layer.pipe(
        Layer.provide(Layer.succeed(LanguageModel, down)),
        Layer.provide(Layer.succeed(CallJournal, journal)),
      )
      for (const onJudgeFailure of ["drop-judge", "paper-zero"] as const) {
        const error = yield* Effect.flip(Effect.provide(verdict(rubric(onJudgeFailure), judged(["yes"])), layer))
        assert.strictEqual(error.kind, "transient")
      }
    }),
  )
})

describe("a mix", () => {
  const { layer } = judging(({ model }) => grade(model.name === "a" ? 9 : 3))
  it.effect("is the weighted sum of its parts, each of which can be seen", () =>
    Effect.gen(function* () {
      const reward = Reward.mix([
        [1, Reward.rubric([judge("a")])],
        [0.5, Reward.rubric([judge("b")])],
        [-0.1, { ...Reward.tokens, per: 10 }],
      ])
      const given = yield* verdict(reward, judged(["one two three", "four"]))
      assert.closeTo(given.reward, 0.9 + 0.15 - 0.04, 1e-12)
      assert.deepStrictEqual(given.measures, {
        "rubric 1": 0.9,
        "rubric 1: score of a": 9,
        "rubric 2": 0.3,
        "rubric 2: score of b": 3,
        tokens: 0.4,
        "tokens: tokens": 4,
      })
      assert.deepStrictEqual(
        given.parts?.map(({ name, weight }) => [name, weight]),
        [
          ["rubric 1", 1],
          ["rubric 2", 0.5],
          ["tokens", -0.1],
        ],
      )
      assert.strictEqual(given.checks[0]?.check, "rubric 1: a")
    }).pipe(Effect.provide(layer)),
  )

  it("has the floor that its weights make, tokens included: failing is no way out", () => {
    const rubric = Reward.rubric([judge("a")])
    const written = { replyTokens: [600, 400] }
    const floor = (reward: typeof Reward.Encoded) => floorOf(decode(reward), written)
    assert.strictEqual(floor(rubric), 0)
    assert.closeTo(
      floor(
        Reward.mix([
          [1, rubric],
          [-0.1, Reward.tokens],
        ]),
      ),
      -0.1,
      1e-12,
    )
    assert.strictEqual(
      floor(
        Reward.mix([
          [1, rubric],
          [-0.5, Reward.checklist([])],
        ]),
      ),
      -0.5,
    )
    assert.strictEqual(floor(Reward.command(["score"], { range: { low: -3, high: 3 } })), -3)
    assert.closeTo(floor(Reward.turns(Reward.mix([[-1, Reward.tokens]]))), -0.5, 1e-12)
    assert.closeTo(floor(Reward.turns(Reward.mix([[-1, Reward.tokens]]), { score: "R2G", gamma: 0.5 })), -0.8, 1e-12)
    const clamp = { low: -0.02, high: 1 }
    const forward = Reward.multiTurnAware({
      metrics: [{ weight: -1, metric: Reward.tokens }],
      samples: 1,
      window: 1,
      clamp,
    })
    assert.strictEqual(floor(forward), -0.02)
  })
})

describe("judges of whom one fails somewhere in a composed reward", () => {
  const { layer } = judging(({ model, messages }) =>
    model.name === "bad" && messages[0]!.content.includes("reply 2") ? "no grade" : grade(8),
  )
  const rubric = Reward.rubric([judge("good"), judge("bad")])
  const rolled = (reward: typeof Reward.Encoded) => {
    const { assistant } = replying(talker)
    const { user } = going(asker)
    const { limits, guardrails } = setting({ limits: { turns: 2 } })
    const casting = {
      assistant,
      opening: "real" as const,
      userOf: () => ({ user, persona: "plain" }),
      limits,
      guardrails,
    }
    const prompt = { id: "p", user: "u", messages: [{ role: "user" as const, content: "Hi there" }] }
    return rollOut({ ...casting, seed: 7, step: "s", initial: undefined, reward: decode(reward) }, prompt, 0)
  }

  it.effect("are all kept on the rollout that has no verdict for it", () =>
    Effect.gen(function* () {
      for (const [reward, missing] of [
        [
          Reward.mix([
            [1, rubric],
            [0.5, Reward.rubric([judge("other")])],
          ]),
          ["good 8", "bad null", "other 8"],
        ],
        [Reward.turns(rubric), ["good 8", "bad 8", "good 8", "bad null"]],
      ] as const) {
        const { rollout } = yield* rolled(reward)
        assert.isNull(rollout.verdict)
        assert.deepStrictEqual(rollout.failure, { by: "infrastructure", reason: "judge bad: invalid output" })
        assert.deepStrictEqual(
          rollout.judges?.map(({ judge: name, score }) => `${name} ${score}`),
          [...missing],
        )
      }
    }).pipe(Effect.provide(layer)),
  )
})

describe("turns one by one", () => {
  it.effect("are judged with what was said before them and nothing after, each for itself", () =>
    Effect.gen(function* () {
      const { asked, layer } = judging(({ messages }) => grade(messages[0]!.content.includes("second") ? 4 : 10))
      const reward = Reward.turns(Reward.rubric([judge("a")]), { score: "R2G", gamma: 0.5 })
      const given = yield* Effect.provide(verdict(reward, judged(["first", "second"])), layer)
      assert.deepStrictEqual(given.turns, [1, 0.4])
      assert.closeTo(given.reward, 1 + 0.5 * 0.4, 1e-12)
      assert.deepStrictEqual(
        asked.map(({ messages }) => [
          messages[0]!.content.includes("the assistant's last reply"),
          messages[0]!.content.includes("second"),
        ]),
        [
          [true, false],
          [true, true],
        ],
      )
    }),
  )

  it.effect("have checks and tokens of their own", () =>
    Effect.gen(function* () {
      const each = Reward.mix([
        [
          1,
          Reward.checklist([{ kind: "words", max: 1 }], { copying: 0, repetition: 0, echo: { above: 0, weight: 0 } }),
        ],
        [-0.1, { ...Reward.tokens, per: 1 }],
      ])
      const given = yield* verdict(Reward.turns(each), judged(["one", "one two"]))
      assert.deepStrictEqual(
        given.turns?.map((value) => Math.round(value * 10) / 10),
        [0.9, -0.2],
      )
      assert.closeTo(given.reward, 0.35, 1e-9)
      assert.deepStrictEqual(
        given.checks.map(({ check, passed }) => [check, passed]),
        [
          ["turn 1: checklist: words", true],
          ["turn 2: checklist: words", false],
        ],
      )
    }).pipe(Effect.provide(noJudge.layer)),
  )
})

describe("forward samples", () => {
  const { layer } = judging(({ messages }) => grade(messages[0]!.content.includes("good future") ? 10 : 5))
  const metrics = [
    { weight: 1, metric: Reward.rubric([judge("a")]) },
    { weight: -1, metric: { ...Reward.tokens, per: 10 } },
  ] as const
  const futures =
    (of: (sample: number) => Dialogue): Forward =>
    (_, { sample }) =>
      Effect.succeed(of(sample))

  it.effect("are measured as they come out, and averaged", () =>
    Effect.gen(function* () {
      const future = futures((sample) => dialogue(["a reply", sample === 0 ? "good future" : "future"]))
      const given = yield* verdict(
        Reward.multiTurnAware({ metrics, samples: 2, window: 1 }),
        judged(["a reply"], future),
      )
      assert.closeTo(given.reward, (1 + 0.5) / 2 - (0.4 + 0.3) / 2, 1e-12)
      assert.deepStrictEqual(
        given.parts?.map(({ name, reward, calls }) => [name, Math.round((reward ?? 0) * 10) / 10, calls]),
        [
          ["sample 1", 0.6, ["call"]],
          ["sample 2", 0.2, ["call"]],
        ],
      )
      assert.strictEqual(given.measures["rubric"], 0.75)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("that fail are left out where the infrastructure failed, and at the floor where the assistant did", () =>
    Effect.gen(function* () {
      const reward = Reward.multiTurnAware({ metrics, samples: 3, window: 1, clamp: { low: -0.15, high: 1 } })
      const future = futures((sample) =>
        sample === 0
          ? dialogue(["a reply"], { by: "infrastructure", reason: "outage" })
          : sample === 1
            ? dialogue(["a reply"], { by: "assistant", reason: "empty reply" })
            : dialogue(["a reply"]),
      )
      const given = yield* verdict(reward, judged(["a reply"], future))
      assert.closeTo(given.reward, (0 + 0.5) / 2 - 0.15, 1e-12)
      assert.deepStrictEqual(
        given.parts?.map(({ weight, reward: value, failure }) => [weight, value === null, failure]),
        [
          [0, true, "outage"],
          [0.5, false, "empty reply"],
          [0.5, false, undefined],
        ],
      )
      assert.strictEqual(given.measures["forward samples failed"], 1)
      // Nobody could tell of the first; the second failed.
      assert.deepStrictEqual(
        given.checks.filter(({ check }) => /^sample \d$/.test(check)).map(({ passed }) => passed),
        [null, false],
      )
      const none = futures(() => dialogue(["a reply"], { by: "infrastructure", reason: "outage" }))
      const error = yield* Effect.flip(verdict(reward, judged(["a reply"], none)))
      assert.deepStrictEqual([error._tag, error.kind], ["Unscored", "data"])
      assert.match(error.message, /no forward sample could be measured: outage/)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("go on from the reply in rollouts, under seeds that no other draw has", () =>
    Effect.gen(function* () {
      const { assistant, seeds } = replying(talker)
      const { user, asked } = going(asker)
      const { limits, guardrails } = setting({ limits: { turns: 1 } })
      const reward = decode(
        Reward.turns(Reward.multiTurnAware({ metrics: [{ weight: 1, metric: Reward.tokens }], samples: 3, window: 2 })),
      )
      const casting = {
        assistant,
        opening: "real" as const,
        userOf: () => ({ user, persona: "plain" }),
        limits,
        guardrails,
        seed: 7,
        step: "s",
        initial: undefined,
        reward,
      }
      const prompt = { id: "p", user: "u", messages: [{ role: "user" as const, content: "Hi there" }] }
      const { rollout } = yield* rollOut(casting, prompt, 0)
      assert.strictEqual(rollout.messages.length, 2)
      // Three samples of one reply before and two after; ten tokens each.
      assert.closeTo(rollout.verdict?.reward ?? 0, 0.03, 1e-12)
      assert.strictEqual(seeds.length, 1 + 3 * 2)
      assert.strictEqual(new Set(seeds).size, seeds.length)
      assert.deepStrictEqual(asked.map(({ messages }) => messages.length).sort(), [2, 2, 2, 4, 4, 4])
      assert.strictEqual(new Set(asked.map(({ seed }) => seed)).size, asked.length)
    }).pipe(Effect.provide(noJudge.layer)),
  )
})
