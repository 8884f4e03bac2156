/** Charts as pictures that stand alone: in the colours of light screens, on white. */
import { Effect, Schema } from "effect"
import type { TopLevelSpec } from "vega-lite"
import { chartSvgs } from "../chartSvg.ts"
import { lightColours } from "../style.ts"

export const standaloneSvgs = (specs: ReadonlyArray<TopLevelSpec>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(chartSvgs(specs), (svgs) => svgs.map(standalone))

/** The page's variables are unknown outside it. */
const standalone = (svg: string): string =>
  svg
    .replaceAll(/var\(--([\w-]+)\)/g, (variable, name: string) => lightColours.get(name) ?? variable)
    .replaceAll("currentColor", lightColours.get("text") ?? "#000000")
    .replaceAll("system-ui, sans-serif", "Helvetica, Arial, sans-serif")

/** There is no renderer of pictures for this machine, or it can't draw one. */
export class PictureNotDrawn extends Schema.TaggedError<PictureNotDrawn>()("PictureNotDrawn", {
  detail: Schema.String,
}) {
  override get message() {
    return `A plot can't be drawn as PNG: ${this.detail}. Export svg instead.`
  }
}

/** Twice as large as drawn, for print. The renderer is loaded when it is first needed. */
export const png = (svg: string) =>
  Effect.tryPromise({
    try: async () => {
      const { Resvg } = await import("@resvg/resvg-js")
      const font = { defaultFontFamily: "Arial" }
      return new Resvg(svg, { background: "#ffffff", fitTo: { mode: "zoom", value: 2 }, font }).render().asPng()
    },
    catch: (error) => PictureNotDrawn.make({ detail: error instanceof Error ? error.message : String(error) }),
  })
