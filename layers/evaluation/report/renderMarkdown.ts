/** A report as Markdown. What models wrote is escaped and quoted: it can't make headings, links or HTML. */
import { columnName } from "./findings.ts"
import { escapeHtml } from "./html.ts"
import { decimal, signed, signedInterval } from "./numbers.ts"
import { pageOf } from "./pageOf.ts"
import type { AnyReportData } from "./pageOf.ts"
import type { Sample } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Block, Table, Talks } from "./Section.ts"

export const renderMarkdown = (data: AnyReportData, facts: RunFacts): string => {
  const { title, sections } = pageOf(data, facts)
  const parts = sections.flatMap((section) => [`## ${inline(section.title)}`, ...section.blocks.flatMap(block)])
  const others = (facts.others ?? []).map((one) => `[${inline(one.title)}](${one.folder}/report.md)`)
  const see = others.length === 0 ? [] : [`Other reports of this experiment: ${others.join(", ")}`]
  return `${[`# ${inline(title)}`, ...see, ...parts].join("\n\n")}\n`
}

const block = (part: Block): ReadonlyArray<string> => {
  switch (part.kind) {
    case "text":
      return [inline(part.text)]
    case "list":
      return [part.items.map((item) => `- ${inline(item)}`).join("\n")]
    case "table":
      return [markdownTable(part)]
    case "matrix":
      return [markdownTable(part.table)]
    case "findings":
      return part.findings.map(({ title, verdict, gain, interval, where, others }) =>
        [
          `**${inline(title)}**: ${verdict}: **${gain}** ${interval} with ${inline(where)}.`,
          ...others.map(
            (other) => `- ${inline(other.where)}: ${signed(other.gain.mean)} ${signedInterval(other.gain)}`,
          ),
        ].join("\n"),
      )
    case "samples":
      return firstOfEachCell(part.samples).map(sample)
    case "talks":
      return part.groups.flatMap(firstTalk)
    case "chart":
      return []
  }
}

export const markdownTable = ({ caption, columns, rows }: Table) => {
  const line = (cells: ReadonlyArray<string>) => `| ${cells.map((cell) => inline(cell) || " ").join(" | ")} |`
  const rule = `| ${columns.map(({ numeric }) => (numeric ? "---:" : "---")).join(" | ")} |`
  return [`*${inline(caption)}*`, "", line(columns.map(({ name }) => name)), rule, ...rows.map(line)].join("\n")
}

/** The page has them all, folded. */
const firstOfEachCell = (samples: ReadonlyArray<Sample>) =>
  samples.filter((one, i) => samples.findIndex((other) => cellOf(other) === cellOf(one)) === i)

const cellOf = ({ assistant, simulator, persona }: Sample) => JSON.stringify([assistant, simulator, persona])

const sample = (one: Sample) => {
  const checksThat = (outcome: boolean | null) =>
    one.checks.flatMap(({ check, passed, reason }) => (passed === outcome ? [`${check} (${reason})`] : []))
  const [failed, missing] = [checksThat(false), checksThat(null)]
  const outcome = [
    `reward ${decimal(one.reward)}`,
    `ended by ${one.ending}`,
    ...(failed.length > 0 ? [`not passed: ${failed.join(", ")}`] : []),
    ...(missing.length > 0 ? [`no verdict: ${missing.join(", ")}`] : []),
    ...(one.failure === null ? [] : [`failed: ${one.failure.reason}`]),
  ].join("; ")
  return [
    `**${inline(one.assistant)}** with ${inline(columnName(one))}, prompt ${inline(one.prompt)}: ${inline(outcome)}`,
    "",
    ...turns(one.messages),
  ].join("\n")
}

/** The page has them all. */
const firstTalk = ({ name, talks }: Talks): ReadonlyArray<string> =>
  talks
    .slice(0, 1)
    .map(({ about, messages }) => [`**${inline(name)}**: ${inline(about)}`, "", ...turns(messages)].join("\n"))

const turns = (messages: Sample["messages"]) =>
  messages.flatMap(({ role, content }) => [
    `> **${role}**`,
    ">",
    ...content.split(/\r\n|\r|\n/).map((text) => `> ${inline(text)}`),
    ">",
  ])

/** Text on one line, with everything that Markdown or HTML could read as more than text escaped. */
const inline = (text: string) =>
  text
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .trim()
    .replace(/[<>&]/g, (character) => escapeHtml(character))
    .replace(/[\\`*_|~$]/g, "\\$&")
    .replace(/\](?=[([:])/g, "\\]")
    .replace(/^(?=[#=+-])/, "\\")
    .replace(/^(\d+)(?=[.)](\s|$))/, "$1\\")
    // Bare addresses become links by themselves.
    .replace(/(https?|ftp|www)(?=[:.])/gi, "$1&#8203;")
