import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { panelAgreement } from "../../../../layers/evaluation/judges/panelAgreement.ts"
import { byCategory, byTag, lengthsOf, summarise } from "../../../../layers/evaluation/wildbench/checklistSummary.ts"
import { compareAnswers } from "../../../../layers/evaluation/wildbench/compareAnswers.ts"

const row = (session: string, satisfied: ReadonlyArray<boolean | null>, change: object = {}) => ({
  session,
  satisfied,
  primaryTag: "Math",
  secondaryTags: [] as ReadonlyArray<string>,
  length: 10,
  truncated: false,
  failure: null,
  ...change,
})
const [yes, no, none] = [true, false, null]
const verdicts = fc.array(fc.option(fc.boolean(), { nil: null }), { minLength: 3, maxLength: 3 })
const answers = fc.array(verdicts, { minLength: 1, maxLength: 12 })
const rows = (all: ReadonlyArray<ReadonlyArray<boolean | null>>) => all.map((satisfied, i) => row(`${i}`, satisfied))

describe("satisfaction", () => {
  it("is the mean over tasks with its standard error, what is missing left out", () => {
    const found = summarise([row("a", [yes, yes]), row("b", [yes, no]), row("c", [none, yes]), row("d", [none, none])])
    assert.deepInclude(found, { tasks: 4, judged: 3, ifMissingNo: 0.5, ifMissingYes: 0.875 })
    assert.closeTo(found.mean!, 2.5 / 3, 1e-12)
    assert.closeTo(found.standardError!, Math.sqrt(1 / 12 / 3), 1e-12)
    assert.deepEqual(found.items, { satisfied: 4, unsatisfied: 1, missing: 3 })
    const nothing = summarise([row("a", [none])])
    assert.deepInclude(nothing, { mean: null, standardError: null, judged: 0, ifMissingNo: 0, ifMissingYes: 1 })
    assert.isNull(summarise([row("a", [yes])]).standardError)
  })

  it("has bounds that hold whatever is missing", () => {
    fc.assert(
      fc.property(answers, (all) => {
        const { ifMissingNo, ifMissingYes, items } = summarise(rows(all))
        assert.isAtMost(ifMissingNo!, ifMissingYes!)
        assert.strictEqual(items.satisfied + items.unsatisfied + items.missing, 3 * all.length)
        const filled = summarise(rows(all.map((one) => one.map((verdict, i) => verdict ?? i === 0)))).mean!
        assert.isTrue(ifMissingNo! <= filled + 1e-12 && filled <= ifMissingYes! + 1e-12)
      }),
    )
  })

  it("is told by category and tag, and lengths of whole answers", () => {
    const tagged = [
      row("a", [yes], { primaryTag: "Editing", secondaryTags: ["Math"] }),
      row("b", [no], { length: 30 }),
      row("c", [no], { length: 900, truncated: true }),
      row("d", [no], { length: 0, failure: { by: "assistant", reason: "refused" } }),
    ]
    assert.deepEqual(
      byCategory(tagged).map(({ name, judged, mean }) => [name, judged, mean]),
      [
        ["Creative Tasks", 1, 1],
        ["Math & Data Analysis", 4, 0.25],
      ],
    )
    assert.deepEqual(
      byTag(tagged).map(({ name, judged }) => [name, judged]),
      [
        ["Editing", 1],
        ["Math", 3],
      ],
    )
    assert.deepEqual(lengthsOf(tagged), { n: 2, mean: 20, median: 20, p90: 28, truncated: 1, without: 1 })
  })
})

describe("compareAnswers", () => {
  it("counts on the items decided for both", () => {
    const first = [
      row("a", [yes, yes]),
      row("b", [no, none]),
      row("c", [yes, yes]),
      row("d", [none, none]),
      row("e", [yes]),
    ]
    const second = [row("a", [yes, no], { length: 5 }), row("b", [no, yes]), row("c", [yes, yes]), row("d", [yes, yes])]
    const found = compareAnswers(first, second)
    assert.deepInclude(found, { wins: 1, ties: 2, losses: 0, n: 3, partly: 1, missing: 2, longerWon: 1 })
    // G.1: p = (1 + 2/2) / 3, var = (1 + 2/4) / 3 - p^2.
    assert.closeTo(found.winRate!.mean, 2 / 3, 1e-12)
    assert.closeTo(found.winRate!.standardError, Math.sqrt((0.5 - 4 / 9) / 3), 1e-12)
    assert.closeTo(found.difference!.mean, 1 / 6, 1e-12)
    assert.deepInclude(compareAnswers([], second), { n: 0, winRate: null, difference: null, missing: 4 })
  })

  it("counts by category and by primary tag, a task in every category of its tags", () => {
    const tags = [{ primaryTag: "Editing", secondaryTags: ["Math", "Data Analysis"] }, {}, { primaryTag: "Fishing" }]
    const first = [[yes], [no], [yes], [none]].map((satisfied, i) => row(`${i}`, satisfied, tags[i]))
    const second = [[no], [yes], [yes], [yes]].map((satisfied, i) => row(`${i}`, satisfied, tags[i]))
    const { categories, tags: byPrimary } = compareAnswers(first, second)
    assert.deepEqual(categories, [
      { name: "Creative Tasks", wins: 1, ties: 0, losses: 0 },
      { name: "Math & Data Analysis", wins: 1, ties: 0, losses: 1 },
    ])
    assert.deepEqual(byPrimary, [
      { name: "Editing", wins: 1, ties: 0, losses: 0 },
      { name: "Fishing", wins: 0, ties: 1, losses: 0 },
      { name: "Math", wins: 0, ties: 0, losses: 1 },
    ])
  })

  it("is turned round when the two change places", () => {
    fc.assert(
      fc.property(answers, answers, (a, b) => {
        const [there, back] = [compareAnswers(rows(a), rows(b)), compareAnswers(rows(b), rows(a))]
        assert.deepEqual([there.wins, there.ties, there.losses], [back.losses, back.ties, back.wins])
        assert.closeTo(there.difference?.mean ?? 0, -(back.difference?.mean ?? 0), 1e-12)
        assert.strictEqual(there.missing, back.missing)
      }),
      { numRuns: 20 },
    )
  })
})

describe("panelAgreement", () => {
  it("takes each measure on what it is defined on", () => {
    const found = panelAgreement(
      ["a", "b", "c"],
      [
        [yes, yes, no, no, none],
        [yes, yes, no, yes, yes],
        [yes, none, no, no, none],
      ],
    )
    assert.deepEqual(
      found.pairs.map(({ first, second, items, same }) => [first, second, items, same]),
      [
        ["a", "b", 4, 0.75],
        ["a", "c", 3, 1],
        ["b", "c", 3, 2 / 3],
      ],
    )
    assert.closeTo(found.pairs[0]!.kappa!, 0.5, 1e-12)
    assert.deepInclude(found.fleiss, { items: 3 })
    assert.strictEqual(found.krippendorff.items, 4)
    assert.deepEqual(found.judges[2], { judge: "c", verdicts: 3, missing: 2, yes: 1 / 3 })
    const one = panelAgreement(["a"], [[yes, no]])
    assert.deepEqual([one.pairs, one.fleiss.kappa, one.krippendorff.alpha], [[], null, null])
    assert.deepEqual(panelAgreement(["a", "b"], [[], []]).fleiss, { items: 0, kappa: null })
  })
})
