import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { pythonFixed, pythonRound } from "../../../../layers/evaluation/pythonRound.ts"
import { satisfaction } from "../../../../layers/evaluation/wildbench/JudgedSession.ts"
import type { JudgedSession } from "../../../../layers/evaluation/wildbench/JudgedSession.ts"
import { labMajority, relMajority } from "../../../../layers/evaluation/wildbench/majority.ts"
import { labPairwise, relPairwise } from "../../../../layers/evaluation/wildbench/pairwise.ts"
import { parseVerdicts } from "../../../../layers/evaluation/wildbench/parseVerdicts.ts"

const session = (
  sessionId: string,
  verdicts: ReadonlyArray<unknown>,
  other: Partial<JudgedSession> = {},
): JudgedSession => ({
  sessionId,
  primaryTag: "Math",
  checklist: verdicts.map((_, i) => `item ${i + 1}`),
  output: "answer",
  failed: false,
  results: verdicts.map((satisfied, i) => ({ item: i + 1, satisfied })),
  ...other,
})
const why = (refused: Either.Either<unknown, { readonly message: string }>) =>
  Either.match(refused, { onLeft: ({ message }) => message, onRight: () => "accepted" })

describe("parseVerdicts", () => {
  const array = (...entries: ReadonlyArray<string>) => `[${entries.join(",")}]`
  const verdict = (item: unknown, satisfied: unknown) => JSON.stringify({ item, satisfied, reasoning: "r" })
  const items = (text: string, n: number, rules: "lab" | "rel") =>
    parseVerdicts(text, n, rules)?.map(({ item, satisfied }) => [item, satisfied]) ?? null

  it("takes any numbers under lab, and 1 to n once each under rel", () => {
    const text = array(verdict("1", true), verdict(7, "FALSE"))
    expect(items(text, 2, "lab")).toEqual([
      ["1", true],
      [7, false],
    ])
    expect(items(text, 2, "rel")).toBeNull()
    expect(items(array(verdict(2, true), verdict(true, false)), 2, "rel")).toEqual([
      [1, false],
      [2, true],
    ])
    expect(items(array(verdict(1, true), verdict(1, true)), 2, "rel")).toBeNull()
    expect(items(array(verdict([1], true)), 1, "rel")).toBeNull()
  })

  it("reads what Python's JSON reads", () => {
    expect(
      parseVerdicts('[{"item":NaN,"satisfied":true,"reasoning":Infinity},{"item":2,"satisfied":false}]', 2, "lab"),
    ).toEqual([
      { item: "nan", satisfied: true, reasoning: "inf" },
      { item: 2, satisfied: false, reasoning: "" },
    ])
    expect(items('[{"item":1,"satisfied":NaN}]', 1, "lab")).toBeNull()
    expect(parseVerdicts('[{"item":1,"satisfied":true,"reasoning":"NaN \\( x"}]', 1, "rel")?.[0]?.reasoning).toBe(
      "NaN \\( x",
    )
    expect(parseVerdicts('[{"item":1,"satisfied":true,"reasoning":null}]', 1, "rel")?.[0]?.reasoning).toBe("None")
  })

  it("rejects what holds no list of verdicts", () => {
    for (const text of [
      "",
      "no",
      "{}",
      "[]",
      "[1]",
      "[null]",
      "[[]]",
      '[{"item":1}]',
      '[{"item":1,"satisfied":"maybe"}]',
      "see [1] and [2]",
    ])
      expect(parseVerdicts(text, 1, "lab")).toBeNull()
  })
})

describe("majority", () => {
  const judges = (...verdicts: ReadonlyArray<ReadonlyArray<unknown>>) => verdicts.map((one) => [session("s", one)])

  it("goes with two of three", () => {
    const given = judges([true, false, true], [true, true, false], [false, false, false])
    expect(labMajority(given).sessions[0]?.verdicts).toEqual([true, false, false])
    expect(Either.getOrThrow(relMajority(given)).satisfaction).toEqual({ n: 1, mean: 1 / 3, standardError: 0 })
  })

  it("under lab passes over what a judge lacks, and fails what is incomplete", () => {
    const whole = session("a", [true, true])
    const cut = session("b", [true, true], { results: [{ item: 1, satisfied: true }] })
    const down = session("c", [true], { failed: true, results: null })
    const full = [whole, session("b", [true, true]), session("c", [true])]
    const found = labMajority([[whole, cut, down], full, [...full, session("d", [true])]])
    expect(found).toMatchObject({
      tasks: 1,
      failures: 2,
      items: 2,
      satisfied: 2,
      averageRate: 100,
      categoryRates: { Math: 100 },
    })
    expect(found.sessions.map(({ sessionId, failed }) => [sessionId, failed])).toEqual([
      ["a", false],
      ["b", true],
      ["c", true],
    ])
  })

  it("under lab takes positions for bad item numbers, and any text for true", () => {
    const odd = session("s", [true, true], {
      results: [
        { item: "1", satisfied: "false" },
        { item: 9, satisfied: false },
      ],
    })
    expect(labMajority([[odd], [odd], [odd]]).sessions[0]?.verdicts).toEqual([true, false])
  })

  it("under rel refuses every gap, and says where", () => {
    const one = session("s", [true])
    expect(why(relMajority([[one], [one], []]))).toContain("session s lacks a judge")
    expect(why(relMajority([[one, one], [one], [one]]))).toContain("comes twice")
    expect(why(relMajority([[one], [one], [session("s", [true], { output: "other" })]]))).toContain("other texts")
    expect(why(relMajority([[one], [one], [session("s", ["true"])]]))).toContain("lacks verdicts")
    expect(why(relMajority([[one], [one], [session("s", [true], { results: null })]]))).toContain("Judge again")
  })
})

describe("pairwise", () => {
  const first = [session("a", [true, true]), session("b", [true, false]), session("c", [false, false])]
  const second = [session("a", [true, false]), session("b", [false, true]), session("c", [true, false])]

  it("compares satisfied items by session", () => {
    const found = labPairwise(first, second)
    expect(found).toMatchObject({
      wins: 1,
      ties: 1,
      losses: 1,
      common: 3,
      failed: 0,
      outcomes: { a: "win", b: "tie", c: "loss" },
    })
    expect(Either.getOrThrow(relPairwise(first, second))).toEqual(found)
  })

  it("under lab leaves out what can't be compared; rel refuses it", () => {
    const broken = [session("a", [true], { results: null }), ...second.slice(1)]
    expect(labPairwise(first, broken)).toMatchObject({ wins: 0, failed: 1, outcomes: { a: "failed" } })
    expect(why(relPairwise(first, broken))).toContain("checklists of session a")
    expect(why(relPairwise(first, [session("a", [true, true], { results: null }), ...second.slice(1)]))).toContain(
      "session a lacks",
    )
    expect(labPairwise(first, second.slice(1)).common).toBe(2)
    expect(why(relPairwise(first, second.slice(1)))).toContain("one model only")
    expect(why(relPairwise([...first, ...first], second))).toContain("twice")
  })
})

describe("satisfaction", () => {
  it("has no error with one session, and none without", () => {
    expect(satisfaction([0.5])).toEqual({ n: 1, mean: 0.5, standardError: 0 })
    expect(satisfaction([])).toBeNull()
  })
})

describe("pythonRound", () => {
  it("goes to the even digit where a number lies halfway, and to the nearest elsewhere", () => {
    const rounded = [15.625, 0.125, 0.375, 2.5, 2.675, 1.005, 83.73015873, -15.625].map((value) =>
      pythonRound(value, 2),
    )
    expect(rounded).toEqual([15.62, 0.12, 0.38, 2.5, 2.67, 1, 83.73, -15.62])
    expect([0.5, 1.5, 2.5, 2.4].map((value) => pythonRound(value, 0))).toEqual([0, 2, 2, 2])
    expect([pythonFixed(15.625, 2), pythonFixed(-0.125, 2), pythonFixed(0, 1)]).toEqual(["15.62", "-0.12", "0.0"])
    expect(pythonRound(Number.NaN, 2)).toBeNaN()
  })
})
