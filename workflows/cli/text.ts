/** Tables and numbers for people. What is unknown is said to be so, never shown as a zero. */
import { duration, whole } from "../../layers/evaluation/report/numbers.ts"
import type { Estimate } from "../../src/index.ts"

export interface Column {
  readonly name: string
  readonly numeric?: boolean
}

/** Columns as wide as they need to be, indented by two. */
export const table = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(oneLine))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const aligned = (line: ReadonlyArray<string>) =>
    line.map((cell, i) => (columns[i]?.numeric ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
  return lines.map((line) => `  ${aligned(line).join("  ").trimEnd()}`).join("\n")
}

/** A titled part of an answer; nothing where there is nothing to show. */
export const part = (title: string, ...lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines]

/** `120` or `120 (40 to 200)`. */
export const range = ({ low, expected, high }: Estimate.Range, of: (value: number) => string = whole): string =>
  of(low) === of(high) ? of(expected) : `${of(expected)} (${of(low)} to ${of(high)})`

/** Dollars from micro-dollars; small sums keep what tells them from nothing. */
export const usd = (micros: number): string => {
  const dollars = micros / 1e6
  return `$${dollars === 0 ? "0" : dollars < 0.995 ? dollars.toPrecision(2) : dollars.toFixed(2)}`
}

/** Seconds, to a second where that is enough. */
export const time = (seconds: number): string => (seconds < 10 ? duration(seconds) : duration(Math.round(seconds)))

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`

/** At most so many of a list, and how many more there are. */
export const some = (values: ReadonlyArray<string>, most: number): string =>
  values.length <= most
    ? values.join(", ")
    : `${values.slice(0, most).join(", ")} and ${whole(values.length - most)} more`

/** What models, files and servers wrote must not move the cursor. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
