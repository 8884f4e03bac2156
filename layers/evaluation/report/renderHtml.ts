/**
 * A report as one HTML file that needs nothing else: no script, no network (its own policy forbids both), charts as
 * inline SVG. What models wrote is escaped.
 */
import { Effect } from "effect"
import { chartSvgs } from "./chartSvg.ts"
import { html, trusted } from "./html.ts"
import type { Html } from "./html.ts"
import { findingCards, matrixGrid, sampleList, tableOf, talkList } from "./htmlBlocks.ts"
import { pageOf } from "./pageOf.ts"
import type { AnyReportData } from "./pageOf.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Block } from "./Section.ts"
import { style } from "./style.ts"

export const renderHtml = Effect.fn("renderHtml")(function* (data: AnyReportData, facts: RunFacts) {
  const { title, subtitle, sections } = pageOf(data, facts)
  const wanted = sections.flatMap(({ blocks }) => blocks.filter((part) => part.kind === "chart"))
  const drawn = yield* chartSvgs(wanted.map(({ spec }) => spec))
  const svgs = new Map<Block, string>(wanted.map((chart, i) => [chart, drawn[i] ?? ""]))
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
          <p class="subtitle">${subtitle}</p>
          <nav aria-label="Sections">${sections.map(({ id }) => html`<a href="#${id}">${id}</a>`)}</nav>
        </header>
        <main>
          ${sections.map(
            ({ id, title, blocks }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${title}</h2>
                ${blocks.map((part) => block(part, svgs))}
              </section> `,
          )}
        </main>
        <footer>understudy ${facts.version}, experiment ${facts.experiment}</footer>
      </body>
    </html> `
  return page.html
})

const block = (part: Block, svgs: ReadonlyMap<Block, string>): Html => {
  switch (part.kind) {
    case "text":
      return part.caveat ? html`<p class="caveat">${part.text}</p>` : html`<p>${part.text}</p>`
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
      return sampleList(part)
    case "talks":
      return talkList(part)
    case "chart":
      return html`<figure role="img" aria-label="${part.alt}">${trusted(svgs.get(part) ?? "")}</figure>`
  }
}
