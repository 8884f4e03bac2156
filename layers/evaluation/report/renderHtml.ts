/**
 * A report as one HTML file that needs nothing else and asks nothing of the network: charts are inline SVG, and its own
 * policy lets only the script and the style sheet that are made here run, and scripts which that script loads: the
 * transcripts beside the page. What models wrote is escaped.
 */
import { Effect } from "effect"
import { chartSvgs } from "./chartSvg.ts"
import { html, trusted } from "./html.ts"
import type { Html } from "./html.ts"
import { chartFigure, findingCards, matrixGrid, sampleList, tableOf, talkList } from "./htmlBlocks.ts"
import { sourceList } from "./PageFacts.ts"
import type { PageFacts, SourceList } from "./PageFacts.ts"
import { pageOf } from "./pageOf.ts"
import type { AnyReportData } from "./pageOf.ts"
import { pageScript, policyHash } from "./pageScript.ts"
import type { Provenance } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Block, Page, Section } from "./Section.ts"
import { stepLabels } from "./stepLabels.ts"
import { style } from "./style.ts"

export interface PageOptions {
  /** Of the folder beside the page; a page without it has no transcripts to browse. */
  readonly transcripts?: PageFacts["transcripts"]
  /** For a page that is served while a run goes on. */
  readonly live?: PageFacts["live"]
}

export const renderHtml = (data: AnyReportData, facts: RunFacts, options: PageOptions = {}) =>
  renderPage(pageOf(data, facts), data.provenance, facts, options)

/** Any content, with the places where its numbers come from. */
export const renderPage = Effect.fn("renderPage")(function* (
  { title, subtitle, sections }: Page,
  provenance: ReadonlyArray<Provenance>,
  facts: RunFacts,
  { transcripts = null, live = null }: PageOptions = {},
) {
  const wanted = sections.flatMap(({ blocks }) => blocks.filter((part) => part.kind === "chart"))
  const drawn = yield* chartSvgs(wanted.map(({ spec }) => spec))
  const svgs = new Map<Block, string>(wanted.map((chart, i) => [chart, drawn[i] ?? ""]))
  const list = sourceList(provenance, facts)
  const content = sections.map((section) => sectionOf(section, svgs, list))
  const pageFacts: PageFacts = {
    experiment: facts.experiment,
    version: facts.version,
    transcripts,
    live,
    sources: list.sources,
  }
  const script = pageScript()
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(script, live !== null)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#report">To the report</a>
        <header>
          <h1>${title}</h1>
          <p class="subtitle">${subtitle}</p>
          <p class="tools">
            <a href="#report">Report</a>
            <a href="#transcripts">${transcripts === null ? "Transcripts" : allOf(transcripts.count)}</a>
            ${(facts.others ?? []).map(({ title, folder }) => html`<a href="${folder}/report.html">${title}</a>`)}
            <button type="button" id="theme">Colours</button>
          </p>
          ${live === null ? "" : html`<p id="live" role="status">${live.words}</p>`}
        </header>
        <div class="page" id="report" tabindex="-1">
          <nav aria-label="Sections">
            <ol>
              ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
            </ol>
          </nav>
          <main>${content}</main>
        </div>
        <section id="transcripts" aria-labelledby="transcripts-title" hidden>
          <h2 id="transcripts-title">Transcripts</h2>
          <div id="browser"></div>
        </section>
        <dialog id="source" aria-labelledby="source-title"></dialog>
        <footer>understudy ${facts.version}, experiment ${facts.experiment}</footer>
        ${trusted(`<script type="application/json" id="facts">${inScript(pageFacts)}</script>`)}
        ${trusted(`<script>${script}</script>`)}
      </body>
    </html> `
  return page.html
})

/** Nothing from anywhere, but for what is in the page and what its script loads. */
const policy = (script: string, live: boolean) =>
  [
    "default-src 'none'",
    `script-src ${policyHash(script)} 'strict-dynamic'`,
    `style-src-elem ${policyHash(style)}`,
    "style-src-attr 'unsafe-inline'",
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ")

/** JSON that can't end its element. */
const inScript = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c")

const allOf = (count: number | null) =>
  count === null ? "All transcripts" : `All ${count.toLocaleString("en-US")} transcript${count === 1 ? "" : "s"}`

const sectionOf = ({ id, title, blocks }: Section, svgs: ReadonlyMap<Block, string>, list: SourceList) =>
  html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${blocks.map((part) => block(part, svgs, list))}
  </section> `

const block = (part: Block, svgs: ReadonlyMap<Block, string>, list: SourceList): Html => {
  switch (part.kind) {
    case "text":
      return part.caveat ? html`<p class="caveat">${part.text}</p>` : html`<p>${part.text}</p>`
    case "list":
      return html`<ul>
        ${part.items.map((item) => html`<li>${item}</li>`)}
      </ul>`
    case "table":
      return tableOf(part, list.placeOf, { steps: [stepLabels.report] })
    case "matrix":
      return matrixGrid(part, list.placeOf)
    case "findings":
      return findingCards(part, list.placeOf)
    case "samples":
      return sampleList(part)
    case "talks":
      return talkList(part)
    case "chart":
      return chartFigure(part, trusted(svgs.get(part) ?? ""))
  }
}
