import { describe, expect, it } from "@effect/vitest"
import { overSessions, sessionSurface, termination } from "../../../../layers/evaluation/realism/replay.ts"
import {
  caseCounts,
  charactersPerWord,
  divergence,
  punctuationCounts,
  wordsOf,
} from "../../../../layers/evaluation/realism/surface.ts"

describe("surface", () => {
  it("splits words as Python does", () => {
    expect(wordsOf("\ufeffok\u00a0then\x1cgo\u3000 on")).toEqual(["\ufeffok", "then", "go", "on"])
    expect([charactersPerWord("a😀 bcd"), charactersPerWord("  ")]).toEqual([2.5, 0])
  })

  it("counts marks and cases", () => {
    expect(punctuationCounts("!!~…")).toEqual([2, ...Array.from({ length: 30 }, () => 0), 1])
    expect(caseCounts("ÀbǅΣ中 1")).toEqual([2, 3])
  })

  it("compares unmarked texts as the paper's code does, or not at all", () => {
    expect(divergence(punctuationCounts, "none", "nothing")).toBe(0)
    expect(divergence(punctuationCounts, "none", "Some.")).toBeGreaterThan(0.5)
    expect(divergence(punctuationCounts, "none", "Some.", "skip")).toBeNull()
    expect(divergence(punctuationCounts, "One.", "Two.", "skip")).toBe(0)
  })
})

describe("replays", () => {
  const turn = (human: string | null, simulated: string, ended = false) => ({ human, simulated, ended })

  it("average each side over its own turns, and sessions alike", () => {
    const long = sessionSurface([turn("one two three", "one"), turn("", "a b c"), turn(null, "", true)])
    expect(long.words).toEqual({ human: 3, simulated: 2, difference: -1 })
    const short = sessionSurface([turn("one", ""), turn(null, "")])
    expect(short).toMatchObject({ words: { human: 1, simulated: null, difference: null }, punctuation: null })
    expect(overSessions([long, short]).words).toEqual({ human: 2, simulated: 2, difference: -1 })
    expect(overSessions([])).toMatchObject({ letterCase: null })
  })

  it("count ends in the right place, early and missed", () => {
    const turns = [turn("a", "b", true), turn("a", "b"), turn(null, "", true), turn(null, "c")]
    expect(termination(turns)).toEqual({ right: 1, early: 1, missed: 1, precision: 0.5, recall: 0.5, f1: 0.5 })
    expect(termination([turn("a", "b")])).toMatchObject({ precision: null, recall: null, f1: null })
  })
})
