/** A report in other forms, in the folder `export` beside it: tables, plots, rollouts and verdicts. */
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { csv } from "../layers/evaluation/report/exports/csv.ts"
import { flatTables } from "../layers/evaluation/report/exports/flatTables.ts"
import { latexTable } from "../layers/evaluation/report/exports/latex.ts"
import { png, standaloneSvgs } from "../layers/evaluation/report/exports/pictures.ts"
import { pageOf } from "../layers/evaluation/report/pageOf.ts"
import type { AnyReportData } from "../layers/evaluation/report/pageOf.ts"
import { markdownTable } from "../layers/evaluation/report/renderMarkdown.ts"
import { reportDocument } from "../layers/evaluation/report/reportDocument.ts"
import type { RunFacts } from "../layers/evaluation/report/RunFacts.ts"
import type { Page } from "../layers/evaluation/report/Section.ts"
import { ReportNotWritten } from "./ReportNotWritten.ts"
import { writeRolloutTables } from "./rolloutTables.ts"

export const exportFormats = ["csv", "json", "markdown", "latex", "svg", "png", "parquet"] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Gives the paths that it wrote. */
export const writeExports = Effect.fn("writeExports")(function* (
  { data, facts }: { readonly data: AnyReportData; readonly facts: RunFacts },
  folder: string,
  formats: ReadonlyArray<ExportFormat>,
) {
  const page = pageOf(data, facts)
  const write = (name: string, content: string | Uint8Array) =>
    Effect.try({
      try: () => {
        const file = join(folder, name)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, content)
        return file
      },
      catch: (error) =>
        ReportNotWritten.make({ folder, detail: error instanceof Error ? error.message : String(error) }),
    })
  const all = (files: ReadonlyArray<readonly [name: string, content: string | Uint8Array]>) =>
    Effect.forEach(files, ([name, content]) => write(name, content))
  const tables = tablesOf(page)
  const writers = {
    /** As shown, and in full precision under `data`. */
    csv: all([
      ...tables.map(
        ({ name, table }) =>
          [
            `tables/${name}.csv`,
            csv(
              table.columns.map((one) => one.name),
              table.rows,
            ),
          ] as const,
      ),
      ...flatTables(reportDocument(data, facts)).map(
        ({ name, columns, rows }) => [`data/${name}.csv`, csv(columns, rows)] as const,
      ),
    ]),
    json: all([["tables.json", `${JSON.stringify(tables.map(asJson), null, 2)}\n`]]),
    markdown: all([["tables.md", `${tables.map(({ table }) => markdownTable(table)).join("\n\n")}\n`]]),
    latex: all(tables.map(({ name, table }) => [`tables/${name}.tex`, latexTable(table)] as const)),
    svg: Effect.flatMap(plots(page), (drawn) => all(drawn.map(({ name, svg }) => [`plots/${name}.svg`, svg] as const))),
    png: Effect.flatMap(plots(page), (drawn) =>
      Effect.forEach(drawn, ({ name, svg }) =>
        Effect.flatMap(png(svg), (picture) => write(`plots/${name}.png`, picture)),
      ),
    ),
    parquet: Effect.suspend(() => {
      mkdirSync(folder, { recursive: true })
      return writeRolloutTables(data, facts, folder)
    }),
  }
  const written = yield* Effect.forEach(formats, (format) => writers[format])
  return written.flat()
})

/** Those of a section by its name and theirs. */
const tablesOf = ({ sections }: Page) =>
  named(
    sections.flatMap(({ id, blocks }) =>
      blocks.flatMap((block) => {
        const table = block.kind === "table" ? block : block.kind === "matrix" ? block.table : undefined
        return table === undefined ? [] : [{ section: id, about: table.caption, table }]
      }),
    ),
  )

const asJson = ({ section, table: { caption, columns, rows } }: ReturnType<typeof tablesOf>[number]) => ({
  section,
  caption,
  columns: columns.map(({ name }) => name),
  rows,
})

const plots = ({ sections }: Page) => {
  const charts = named(
    sections.flatMap(({ id, blocks }) =>
      blocks.flatMap((block) => (block.kind === "chart" ? [{ section: id, about: block.alt, spec: block.spec }] : [])),
    ),
  )
  return Effect.map(standaloneSvgs(charts.map(({ spec }) => spec)), (svgs) =>
    charts.map(({ name }, at) => ({ name, svg: svgs[at] ?? "" })),
  )
}

/** Names of files: words of a-z, 0-9 and -, each once. */
const named = <A extends { readonly section: string; readonly about: string }>(things: ReadonlyArray<A>) => {
  const taken = new Set<string>()
  return things.map((thing) => {
    const words = thing.about.toLowerCase().match(/[a-z0-9]+/g) ?? []
    const base = `${thing.section}-${words.slice(0, 6).join("-")}`
    let name = base
    for (let more = 2; taken.has(name); more += 1) name = `${base}-${more}`
    taken.add(name)
    return { ...thing, name }
  })
}
