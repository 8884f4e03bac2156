/** What judges said of one answer, judge by judge. */
import { command, decimal, el } from "./dom.js"

/** A fold for each judge; what the panel came to is open. @param {ReadonlyArray<import("./types.ts").Judgment>} judgments */
export const judgmentView = (judgments) => {
  /** @type {Map<string, Array<import("./types.ts").Judgment>>} */
  const byJudge = new Map()
  for (const judgment of judgments) {
    const name = judgment.what === "item" ? judgment.judge : `${judgment.judge}, ${judgment.what}`
    byJudge.set(name, [...(byJudge.get(name) ?? []), judgment])
  }
  return [...byJudge].map(([name, said]) =>
    el(
      "details",
      { open: name === "panel" },
      el("summary", {}, name === "panel" ? "what the judges come to" : name),
      el("ul", { class: "checks" }, ...said.map(line)),
      ...[...new Set(said.flatMap(({ key }) => key ?? []))].map((key) =>
        el("p", { class: "where" }, "call ", command(`understudy show ${key}`)),
      ),
    ),
  )
}

/** @param {import("./types.ts").Judgment} judgment */
const line = ({ what, name, passed, value, reason, failure }) => {
  const [words, tone] =
    what === "item"
      ? passed === null
        ? ["– missing", undefined]
        : passed
          ? ["✓ satisfied", "passed"]
          : ["✗ not satisfied", "failed"]
      : value === null
        ? ["– missing", undefined]
        : [what === "score" ? String(value) : preference(value), undefined]
  return el(
    "li",
    {},
    el("b", { class: tone }, `${words}: ${name}`),
    ...[reason, failure].filter((text) => text !== null).map((text) => ` ${text}`),
  )
}

/** Of this answer. @param {number} value */
const preference = (value) =>
  value === 0
    ? "as good"
    : `${Math.abs(value) === 1 ? "much" : "slightly"} ${value > 0 ? "better" : "worse"} (${decimal(value, 1)})`
