import { assert, describe, it } from "@effect/vitest"
import { buildReportData } from "../../../../layers/evaluation/report/buildReportData.ts"
import { wildBenchSection } from "../../../../layers/evaluation/report/sections/wildBenchSection.ts"
import { buildWildBench } from "../../../../layers/evaluation/report/wildbench/buildWildBench.ts"
import type { WildBenchCell } from "../../../../layers/evaluation/report/wildbench/buildWildBench.ts"
import { wildBenchBlocks } from "../../../../layers/evaluation/report/wildbench/wildBenchTables.ts"
import { decideItems } from "../../../../layers/evaluation/judges/majority.ts"
import { Sha256 } from "../../../../src/domain/Artifact.ts"
import { deriveSeed, randomFrom } from "../../../../src/domain/Seed.ts"
import { runFacts } from "./runFacts.ts"

const names = ["one", "two", "three"]
const items = 11

/** The benchmark's size: each judge right nine times in ten, and now and then silent. */
const cell = (assistant: string, tasks = 1024): WildBenchCell => {
  const { next } = randomFrom(deriveSeed([assistant]))
  const rows = Array.from({ length: tasks }, (_, task) => {
    const truth = Array.from({ length: items }, () => next() < (assistant === "a" ? 0.7 : 0.6))
    const judges = names.map(() => ({
      satisfied: truth.map((met) => (next() < 0.02 ? null : met === next() < 0.9)),
      failure: null,
      keys: [],
    }))
    return {
      session: `t${task}`,
      primaryTag: ["Math", "Planning", "Editing", "Advice seeking", "Coding & Debugging"][task % 5]!,
      secondaryTags: [],
      checklist: truth.map((_item, i) => `item ${i}`),
      length: 1000 + Math.floor(next() * 1000),
      truncated: false,
      failure: null,
      judges,
      satisfied: decideItems(
        items,
        judges.map(({ satisfied }) => satisfied),
      ),
    }
  })
  return {
    assistant,
    rows,
    result: {
      _tag: "WildBenchVerdicts",
      model: { provider: "openai", name: assistant },
      judges: names.map((name) => ({ name, family: name, heldOut: name === "one", by: "answer" as const })),
      prompt: "c".repeat(64),
      verdicts: { sha256: Sha256.make("a".repeat(64)), bytes: 1 },
      count: tasks,
      items: { satisfied: 0, unsatisfied: 0, missing: 0 },
      judgeFailures: [],
      failures: [],
      seconds: 1,
    },
  }
}

describe("the WildBench part of a report", () => {
  const data = buildWildBench(["a", "b", "c"].map((name) => cell(name)))!
  const tables = (families?: ReadonlyArray<string>) =>
    wildBenchBlocks(data, families).flatMap((block) => (block.kind === "table" ? [block] : []))

  it("tells assistants apart that differ, and no others", () => {
    const [ab, ac, bc] = data.pairs
    assert.isAbove(ab!.difference!.low!, 0)
    assert.isAbove(ac!.winRate!.low!, 0.5)
    assert.isTrue(bc!.difference!.low! < 0 && bc!.difference!.high! > 0)
    assert.isTrue(ab!.difference!.p! < 0.001 && bc!.difference!.p! > 0.01)
    // Two judges who are right nine times in ten agree with 0.82; the rest is chance's.
    for (const { kappa } of data.agreement.pairs) assert.closeTo(kappa!, 0.6, 0.08)
    assert.closeTo(data.agreement.fleiss.kappa!, data.agreement.krippendorff.alpha!, 0.02)
  })

  it("says which judges are held out, and which families gave rewards", () => {
    const judgesOf = (families?: ReadonlyArray<string>) =>
      tables(families)
        .find(({ caption }) => caption === "Judges")
        ?.rows.map((row) => row[2])
    assert.deepEqual(judgesOf(), ["held out from it", "not known", "not known"])
    assert.deepEqual(judgesOf(["two"]), ["held out from it", "its family gave rewards", "not among its judges"])

    const declared = { ...data, judges: data.judges.map((judge) => ({ ...judge, family: `${judge.name}'s maker` })) }
    const report = { ...buildReportData({ simulators: {}, assistants: {}, matrix: [] }), wildbench: declared }
    const blocks = wildBenchSection(report, { ...runFacts, trainingFamilies: ["two"] }).blocks
    const judges = blocks.find((block) => block.kind === "table" && block.caption === "Judges")
    assert.deepEqual(judges?.kind === "table" && judges.rows.map((row) => row[2]), [
      "held out from it",
      "its family gave rewards",
      "not among its judges",
    ])
  })

  it("compares assistants by category, as in all", () => {
    for (const { categories, tags, wins, ties, losses } of data.pairs)
      for (const groups of [categories!, tags!]) {
        assert.lengthOf(groups, 5)
        const sum = (of: "wins" | "ties" | "losses") => groups.reduce((total, group) => total + group[of], 0)
        // Every task has one tag here.
        assert.deepEqual([sum("wins"), sum("ties"), sum("losses")], [wins, ties, losses])
      }
    const table = tables().find(({ caption }) => caption.startsWith("Assistants compared by category"))
    const [creative] = data.pairs[0]!.categories!
    const { wins, ties, losses } = creative!
    assert.deepEqual(table?.rows[0], ["a", "b", "Creative Tasks", ...[205, wins, ties, losses].map(String)])
    assert.lengthOf(table?.rows ?? [], 3 * 5)
  })

  it("knows of every number its steps, and the tasks under it where results name the answers", () => {
    const named = ["a", "b"].map((name) => {
      const { result, ...rest } = cell(name, 20)
      const file = { sha256: Sha256.make((name === "a" ? "d" : "e").repeat(64)), bytes: 1 }
      const judge = { name: "one", family: "one", heldOut: false, by: "answer" as const }
      const about = { model: result.model, judge, prompt: result.prompt, count: 20, judgeFailures: [], seconds: 1 }
      const scores = {
        ...about,
        _tag: "WildBenchScores" as const,
        scores: file,
        answered: { tasks: file, answers: file },
      }
      const answered = { tasks: file, answers: file }
      return { ...rest, result: { ...result, answered }, scores: { result: scores, rows: [] } }
    })
    const blocks = (cells: ReadonlyArray<WildBenchCell>) =>
      wildBenchBlocks(buildWildBench(cells)).flatMap((block) => (block.kind === "table" ? [block] : []))
    for (const { caption, rows, sources } of blocks(named)) {
      assert.lengthOf(sources ?? [], rows.length, caption)
      for (const source of sources ?? []) {
        assert.isTrue(
          source?.steps.some((label) => label.startsWith("WildBench")),
          caption,
        )
        assert.isTrue(
          source?.steps.some((label) => label.includes(": answers of ")),
          caption,
        )
        assert.strictEqual(source?.talks?.kind, "task", caption)
      }
    }
    const [first] = blocks(["a", "b"].map((name) => cell(name, 20)))
    assert.isUndefined(first?.sources?.[0]?.talks)
  })

  it("has nothing to say of nothing, and a dash for what is unknown", () => {
    assert.isUndefined(buildWildBench([]))
    assert.deepEqual(wildBenchBlocks(undefined), [])
    const none = buildWildBench([{ ...cell("a", 1), rows: [] }])!
    const [first] = wildBenchBlocks(none).flatMap((block) => (block.kind === "table" ? [block] : []))
    assert.deepEqual(first?.rows, [["a", "0", "0", "–", "–", "0 (–)", "–", "–"]])
  })
})
