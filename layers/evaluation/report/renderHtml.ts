/**
 * A report as one HTML file that needs nothing else: no script, no network (its own policy forbids both), charts as
 * inline SVG. What models wrote is escaped.
 */
import { Effect } from "effect"
import type { TopLevelSpec } from "vega-lite"
import { chartSvgs } from "./chartSvg.ts"
import { curvesChart, endingsChart, gainsChart, lengthsChart } from "./charts.ts"
import { html, trusted } from "./html.ts"
import type { Html } from "./html.ts"
import { findingCards, matrixGrid, sampleList, tableOf } from "./htmlBlocks.ts"
import { caveatOf } from "./limits.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { sections } from "./sections.ts"
import type { Block } from "./Section.ts"
import { style } from "./style.ts"

export const renderHtml = Effect.fn("renderHtml")(function* (data: ReportData, facts: RunFacts) {
  const content = sections(data, facts)
  const wanted = content.flatMap(({ blocks }) => blocks.flatMap((part) => (part.kind === "chart" ? [part.chart] : [])))
  const drawn = yield* chartSvgs(wanted.map((chart) => charts[chart](data)))
  const svgs = new Map(wanted.map((chart, i) => [chart, drawn[i] ?? ""]))
  const title = data.title ?? facts.experiment
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="subtitle">${subtitle(data, facts)}</p>
          <nav aria-label="Sections">${content.map(({ id }) => html`<a href="#${id}">${id}</a>`)}</nav>
        </header>
        <main>
          ${content.map(
            ({ id, title, blocks }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${title}</h2>
                ${blocks.map((part) => block(data, part, svgs))}
              </section> `,
          )}
        </main>
        <footer>understudy ${facts.version}, experiment ${facts.experiment}</footer>
      </body>
    </html> `
  return page.html
})

const charts: Readonly<Record<Extract<Block, { kind: "chart" }>["chart"], (data: ReportData) => TopLevelSpec>> = {
  gains: gainsChart,
  curves: curvesChart,
  lengths: lengthsChart,
  endings: endingsChart,
}

const block = (data: ReportData, part: Block, svgs: ReadonlyMap<string, string>): Html => {
  switch (part.kind) {
    case "text":
      return part.text === caveatOf(data) ? html`<p class="caveat">${part.text}</p>` : html`<p>${part.text}</p>`
    case "list":
      return html`<ul>
        ${part.items.map((item) => html`<li>${item}</li>`)}
      </ul>`
    case "table":
      return tableOf(part)
    case "matrix":
      return matrixGrid(part)
    case "findings":
      return findingCards(part)
    case "samples":
      return sampleList(data, part)
    case "chart":
      return html`<figure role="img" aria-label="${part.alt}">${trusted(svgs.get(part.chart) ?? "")}</figure>`
  }
}

const subtitle = ({ assistants, simulators, matrix }: ReportData, { cells, experiment }: RunFacts) => {
  const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`
  const models = [...new Set([...assistants, ...simulators].map(({ model }) => model))]
  const conversations = matrix.filter(({ metric }) => metric === "reward")
  const talks = conversations.reduce((sum, { n, missing }) => sum + n + missing, 0)
  return [
    `Experiment ${experiment}`,
    count(cells.length, "cell"),
    count(assistants.filter(({ kind }) => kind === "trained").length, "trained assistant"),
    count(simulators.length, "simulator"),
    `${talks.toLocaleString("en-US")} held-out conversations`,
    models.join(", "),
  ].join(" · ")
}
