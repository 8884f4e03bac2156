import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { categoriesOf, taskMacro } from "../../../../layers/evaluation/wildbench/categories.ts"
import { penaliseLength, scoreTwoOrders } from "../../../../layers/evaluation/wildbench/lengthPenalty.ts"
import { isEmpty, isTruncated, outputLength } from "../../../../layers/evaluation/wildbench/outputs.ts"
import { readScoreFile } from "../../../../layers/evaluation/wildbench/ScoreFile.ts"
import { wbReward } from "../../../../layers/evaluation/wildbench/WbReward.ts"
import type { ComparedAnswer } from "../../../../layers/evaluation/wildbench/WbReward.ts"
import { wbScore } from "../../../../layers/evaluation/wildbench/WbScore.ts"

const tags = { primaryTag: "Math", secondaryTags: ["Data Analysis", "Planning", "Fishing"] }

describe("categories", () => {
  it("hold a task once each, and pass over tags that they don't know", () => {
    expect(categoriesOf(tags)).toEqual(["Planning & Reasoning", "Math & Data Analysis"])
    expect(taskMacro({ "Math & Data Analysis": 4.75 })).toBe(1)
  })
})

describe("outputs", () => {
  it("are measured in code points, and known when cut off or empty", () => {
    expect(outputLength("a😀é")).toBe(3)
    expect([isTruncated("so... (truncated)"), isTruncated("so... (truncated) "), isEmpty(""), isEmpty(" ")]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})

describe("wbScore", () => {
  const answer = (score: number | null, length: number, incomplete = false) => ({ score, length, incomplete, tags })

  it("scores all, and measures complete answers", () => {
    expect(wbScore([answer(8, 10), answer(6, 30), answer(1, 500, true), answer(null, 20)])).toEqual({
      rows: 4,
      unscored: 1,
      incomplete: 1,
      score: 5,
      ifMissingLeast: 4,
      ifMissingMost: 6.25,
      adjustedScore: 0,
      averageLength: 20,
      categoryScores: { "Planning & Reasoning": 4, "Math & Data Analysis": 4 },
      taskMacroScore: (4 * 1.25 + 4) / 4.75,
    })
  })

  it("is missing where nothing was scored", () => {
    expect(wbScore([answer(null, 1)])).toBeNull()
    expect(wbScore([{ score: 5, length: 0, incomplete: true }])).toMatchObject({
      averageLength: null,
      taskMacroScore: null,
    })
  })
})

describe("wbReward", () => {
  const row = (
    verdict: ComparedAnswer["verdict"],
    testLength: number,
    referenceLength: number,
    incomplete = false,
  ): ComparedAnswer => ({
    verdict,
    testLength,
    referenceLength,
    incomplete,
  })
  const rows = [row("win_much", 900, 1), row("win", 111, 10), row("lose", 10, 110), row("lose_much", 5, 5, true)]

  it("ties slight verdicts for answers that are longer by more than the margin", () => {
    expect(wbReward(rows)).toMatchObject({
      win_much: 1,
      win: 1,
      lose: 1,
      lose_much: 0,
      total: 4,
      reward: 0.25,
      taskMacroReward: null,
    })
    expect(wbReward(rows, { lengthMargin: 100 })).toMatchObject({ win: 0, tie: 1, lose: 1, reward: 0.125 })
    expect(wbReward(rows, { lengthMargin: 0 })).toMatchObject({ win: 0, tie: 2, lose: 0 })
    expect(wbReward(rows, { skipIncomplete: false })).toMatchObject({ lose_much: 1, reward: 0 })
    expect(wbReward([])).toBeNull()
  })
})

describe("choices in two orders", () => {
  it("average what was said in both, with a margin in each", () => {
    const given = { length1: 200, length2: 50, order1: "A+", order2: "B++" } as const
    const none = { ...given, order1: null }
    expect(scoreTwoOrders([given, { ...given, order2: null }, none], 100)).toEqual({
      scores: [0.5, 0, null],
      n: 2,
      reward: 0.25,
      wins: 1,
      ties: 1,
      losses: 0,
    })
    expect(penaliseLength("A+", 200, 50, 0)).toBe("A+")
    expect(scoreTwoOrders([], 0).reward).toBeNull()
  })
})

describe("readScoreFile", () => {
  const written = Effect.fn(function* (files: Readonly<Record<string, string>>) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* fs.makeTempDirectoryScoped()
    for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(path.join(folder, name), text)
    return (name: string) => path.join(folder, name)
  })
  const row = (fields: object) =>
    JSON.stringify({ session_id: "a", model: "m", judge: "j", score: 7, output_chars: 4, ...fields })
  const name = "v1__j__m.jsonl"

  it.scoped("takes texts or lengths, and what an index says of them", () =>
    Effect.gen(function* () {
      const texts = [
        row({ output: "cut... (truncated)" }),
        "",
        row({ session_id: "b", model_output: "", score: "3" }),
        row({ session_id: "c", score: null }),
      ]
      const index = { files: [{ file: "indexed.jsonl", version: "v9", judge: "j", truncated_session_ids: ["a"] }] }
      const at = yield* written({
        [name]: texts.slice(0, 3).join("\n"),
        "lengths.jsonl": texts.at(-1) ?? "",
        "indexed.jsonl": `${row({})}\n${row({ session_id: "b", output_chars: 0 })}`,
        "index.json": JSON.stringify(index),
      })
      const read = yield* readScoreFile(at(name))
      expect(read).toMatchObject({ version: "v1", judge: "j", model: "m", truncated: 1, empty: 1 })
      expect(wbScore(read.answers)).toMatchObject({ rows: 2, score: 5, averageLength: null })
      expect(yield* readScoreFile(at("lengths.jsonl"))).toMatchObject({ version: null, truncated: null, empty: 0 })
      expect(yield* readScoreFile(at("indexed.jsonl"))).toMatchObject({ version: "v9", truncated: 1, empty: 1 })
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("says what is wrong, in which file and line", () =>
    Effect.gen(function* () {
      const bad = {
        "twice.jsonl": [`${row({})}\n\n${row({})}`, ":3: task a was already in line 1"],
        "models.jsonl": [`${row({})}\n${row({ session_id: "b", model: "n" })}`, ":2: it is of another model"],
        "high.jsonl": [row({ score: 11 }), ":1: score: "],
        "bare.jsonl": [
          JSON.stringify({ session_id: "a", model: "m", score: 5 }),
          ":1: output or output_chars is missing",
        ],
        "broken.jsonl": [`${row({})}\n{`, ":2: "],
        "empty.jsonl": ["\n", ": it has no rows"],
      } as const
      const at = yield* written(Object.fromEntries(Object.entries(bad).map(([file, [text]]) => [file, text])))
      for (const [file, [, message]] of Object.entries(bad)) {
        const error = yield* Effect.flip(readScoreFile(at(file)))
        expect(error.message).toContain(`${file}${message}`)
      }
      const missing = yield* Effect.flip(readScoreFile(at("none.jsonl")))
      expect(missing).toMatchObject({
        _tag: "UnusableScoreFile",
        line: 0,
        exitCode: 64,
        detail: "there is no such file",
      })
      const beside = yield* written({ [name]: row({}), "index.json": "[]" })
      expect((yield* Effect.flip(readScoreFile(beside(name)))).message).toContain("index.json: ")
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})
