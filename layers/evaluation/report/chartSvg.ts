/** Vega-Lite specifications to SVG text, without a browser. Vega escapes what it draws. */
import { Effect } from "effect"
import * as vega from "vega"
import { compile } from "vega-lite"
import type { TopLevelSpec } from "vega-lite"

/** SVGs of one page, in order; their inner ids are distinct. A specification that can't be drawn is a defect. */
export const chartSvgs = (specs: ReadonlyArray<TopLevelSpec>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const drawn: Array<string> = []
    for (const spec of specs) {
      const compiled = compile({ ...spec, config }, { logger: silent }).spec
      const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: silent })
      drawn.push(await view.toSVG())
      view.finalize()
    }
    return drawn
  })

const silent = vega.logger(vega.None)

const font = "system-ui, sans-serif"

const config = {
  background: "transparent",
  // The page describes each chart, and has its numbers in a table.
  aria: false,
  font,
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    titlePadding: 8,
    domainColor: "var(--line)",
    tickColor: "var(--line)",
    gridColor: "var(--line)",
  },
  legend: { labelColor: "currentColor", labelFontSize: 12 },
  header: { labelColor: "currentColor" },
  view: { stroke: null },
} as const
