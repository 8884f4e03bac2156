/** Tables for papers: a `tabular` with the rules of the booktabs package, its caption as a comment. */
import type { Table } from "../Section.ts"

export const latexTable = ({ caption, columns, rows }: Table): string =>
  [
    `% ${oneLine(caption)}`,
    `\\begin{tabular}{${columns.map(({ numeric }) => (numeric ? "r" : "l")).join("")}}`,
    "\\toprule",
    line(columns.map(({ name }) => name)),
    "\\midrule",
    ...rows.map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n")

const line = (cells: ReadonlyArray<string>) => `${cells.map(escaped).join(" & ")} \\\\`

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "")

/** Every character that means something to TeX, and the report's own signs. */
const escaped = (text: string) =>
  // A row that begins with a bracket would be taken for an option of the line break before it.
  oneLine(text)
    .replaceAll(/[\\{}$&#_%~^−–×·]/g, (character) => signs[character] ?? character)
    .replace(/^\[/, "{[}")

const signs: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "−": "$-$",
  "–": "--",
  "×": "$\\times$",
  "·": "$\\cdot$",
}
