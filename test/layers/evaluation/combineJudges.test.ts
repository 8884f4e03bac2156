import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Schema } from "effect"
import {
  combineJudges,
  combineVerdicts,
  judgedAlone,
  judgesLeftOut,
  unscored,
} from "../../../layers/evaluation/combineJudges.ts"
import { Reward } from "../../../layers/evaluation/Reward.ts"
import type { Rollout, Verdict } from "../../../src/domain/Rollout.ts"

const judges = ["a", "b", "c"].map((name) => ({ provider: "openai" as const, name })) as [
  { provider: "openai"; name: string },
]
const rubric = Reward.rubric(judges, { onJudgeFailure: "drop-judge" })
const decode = Schema.decodeSync(Reward)
const panel = decode(rubric)

/** What each judge gave; null where it failed. At least one score: a rollout without one has no verdict. */
const scores = fc
  .array(fc.option(fc.integer({ min: 0, max: 10 }), { freq: 3 }), { minLength: 3, maxLength: 3 })
  .filter((given) => given.some((score) => score !== null))
const groups = fc.array(scores, { minLength: 1, maxLength: 8 })

const verdictOf = (given: ReadonlyArray<number | null>): Verdict => {
  const there = given.filter((score) => score !== null)
  return {
    reward: there.reduce((sum, score) => sum + score, 0) / (10 * there.length),
    checks: [],
    measures: {},
    parts: given.map((score, i) => ({ name: judges[i]!.name, weight: 1, reward: score === null ? null : score / 10 })),
  }
}
const combined = (group: ReadonlyArray<ReadonlyArray<number | null>>) => combineVerdicts(panel, group.map(verdictOf))
const rewards = (verdicts: ReadonlyArray<Verdict | null>) => verdicts.map((verdict) => verdict?.reward)
const counting = (verdict: Verdict) => (verdict.parts ?? []).filter(({ weight }) => weight > 0).map(({ name }) => name)
const centred = (values: ReadonlyArray<number | undefined>) => {
  const there = values.filter((value) => value !== undefined)
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length
  return values.map((value) => (value === undefined ? undefined : value - mean))
}

describe("judges of a group", () => {
  it("count for every rollout or for none", () => {
    fc.assert(
      fc.property(groups, (group) => {
        const there = combined(group).flatMap((verdict) => (verdict === null ? [] : [counting(verdict)]))
        for (const one of there) {
          expect(one).toEqual(there[0])
          expect(one.length).toBeGreaterThan(0)
        }
      }),
    )
  })

  it("make no advantage of one being harsher or milder than the others", () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 2 }), fc.integer({ min: -5, max: 5 }), (group, judge, offset) => {
        const shifted = group.map((given) =>
          given.map((score, i) => (score !== null && i === judge ? score + offset : score)),
        )
        const [before, after] = [centred(rewards(combined(group))), centred(rewards(combined(shifted)))]
        before.forEach((value, i) => {
          if (value === undefined) expect(after[i]).toBeUndefined()
          else expect(after[i]).toBeCloseTo(value, 9)
        })
      }),
    )
  })

  it("are all there and simply averaged where none failed", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 3, maxLength: 3 })), (group) => {
        combined(group).forEach((verdict, i) => {
          expect(verdict?.reward).toBeCloseTo(verdictOf(group[i]!).reward, 12)
          expect(verdict?.measures["judges left out"]).toBe(0)
        })
      }),
    )
  })

  it("cost a rollout only where every choice of judges would", () => {
    fc.assert(
      fc.property(groups, (group) => {
        const missing = combined(group).filter((verdict) => verdict === null).length
        const atBest = Math.min(...judges.map((_, i) => group.filter((given) => given[i] === null).length))
        expect(missing).toBeLessThanOrEqual(atBest)
      }),
    )
  })

  it("are the same in whatever order the rollouts come, and when combined twice", () => {
    fc.assert(
      fc.property(groups, (group) => {
        const once = combined(group)
        expect(rewards(combined(group.toReversed())).toReversed()).toEqual(rewards(once))
        expect(combineVerdicts(panel, once)).toEqual(once)
      }),
    )
  })
})

describe("judges inside of other rewards", () => {
  it("are told apart by the place of their rubric, and left out of all turns", () => {
    const each = Reward.mix([
      [1, rubric],
      [-0.5, rubric],
    ])
    const reward = decode(Reward.turns(each))
    const turn = (first: ReadonlyArray<number | null>, second: ReadonlyArray<number | null>) => ({
      name: "turn",
      weight: 0.5,
      reward: 0,
      parts: [
        { name: "rubric 1", weight: 1, ...verdictOf(first) },
        { name: "rubric 2", weight: -0.5, ...verdictOf(second) },
      ],
    })
    const verdict = (...turns: ReadonlyArray<ReturnType<typeof turn>>): Verdict => ({
      reward: 0,
      checks: [],
      measures: {},
      turns: turns.map(() => 0),
      parts: turns,
    })
    const group = [
      verdict(turn([10, 0, 5], [0, 0, 0]), turn([10, null, 5], [0, 0, 0])),
      verdict(turn([4, 10, 4], [6, 2, 2])),
    ]
    expect([...judgesLeftOut(reward, group)]).toEqual(["/0#1"])
    const [long, short] = combineVerdicts(reward, group)
    expect(long?.turns).toEqual([0.75, 0.75])
    expect(long?.reward).toBeCloseTo(0.75, 9)
    expect(short?.turns?.[0]).toBeCloseTo(0.4 - 0.5 / 3, 9)
  })

  it("leave forward samples out that no counting judge scored, and clamp the mean of the others", () => {
    const sample = (given: ReadonlyArray<number | null>) => ({
      name: "sample",
      weight: 0,
      reward: null,
      parts: [{ name: "rubric", weight: 2, ...verdictOf(given) }],
    })
    const verdict = (...samples: ReadonlyArray<ReturnType<typeof sample>>): Verdict => ({
      reward: 0,
      checks: [],
      measures: {},
      parts: samples,
    })
    const rewardWith = (clamp?: { low: number; high: number }) =>
      decode(
        Reward.multiTurnAware({
          metrics: [{ weight: 2, metric: rubric }],
          samples: 2,
          window: 1,
          ...(clamp === undefined ? {} : { clamp }),
        }),
      )
    const group = [verdict(sample([8, null, 6]), sample([6, 9, 4])), verdict(sample([2, 9, 2]))]
    expect(rewards(combineVerdicts(rewardWith(), group))).toEqual([1.2, 0.4])
    expect(rewards(combineVerdicts(rewardWith({ low: -1, high: 1 }), group))).toEqual([1, 0.4])
  })
})

describe("rewards where rollouts stand alone", () => {
  it("miss the rollout that misses a judge, wherever the rubric stands", () => {
    const strict = Reward.rubric(judges)
    const around = (rubrics: typeof strict) =>
      decode(
        Reward.turns(
          Reward.mix([
            [1, Reward.multiTurnAware({ metrics: [{ weight: 1, metric: rubrics }], samples: 1, window: 1 })],
          ]),
        ),
      )
    expect(judgedAlone(around(rubric))).toEqual(around(strict))
    expect(judgedAlone(panel)).toEqual(decode(strict))
    const zero = decode(Reward.rubric(judges, { onJudgeFailure: "paper-zero" }))
    expect(judgedAlone(zero)).toBe(zero)
  })
})

describe("rollouts of a group", () => {
  const rollout = (verdict: Verdict | null, failure: Rollout["failure"] = null): { readonly rollout: Rollout } => ({
    rollout: {
      prompt: "p",
      sample: 0,
      persona: "plain",
      messages: [],
      turns: [],
      ending: "goodbye",
      closing: null,
      refusals: [],
      calls: [],
      verdict,
      failure,
    },
  })

  it("are missing by name where a judge that counts gave no score; those at the floor stay there", () => {
    const floor = { reward: 0, checks: [{ check: "assistant", passed: false, reason: "empty reply" }], measures: {} }
    const failed = rollout(floor, { by: "assistant", reason: "empty reply" })
    const missing = rollout(null, { by: "infrastructure", reason: "outage" })
    const group = [
      rollout(verdictOf([4, null, null])),
      rollout(verdictOf([null, 6, 6])),
      rollout(verdictOf([8, 6, 7])),
      failed,
      missing,
    ]
    const made = combineJudges(panel, group)
    expect(made.map((one) => one.rollout.verdict?.reward)).toEqual([0.4, undefined, 0.8, 0, undefined])
    expect(made[1]?.rollout.failure).toEqual({ by: "infrastructure", reason: unscored })
    expect(made[3]).toBe(failed)
    expect(made[4]).toBe(missing)
  })

  it("of any other reward stay as they are", () => {
    const group = [rollout({ reward: 0.5, checks: [], measures: {} })]
    expect(combineJudges(decode(Reward.rubric(judges)), group)[0]).toBe(group[0])
    expect(combineJudges(decode(Reward.checklist([])), group)[0]).toBe(group[0])
  })
})
