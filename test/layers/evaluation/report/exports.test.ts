import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { csv } from "../../../../layers/evaluation/report/exports/csv.ts"
import { flatTables } from "../../../../layers/evaluation/report/exports/flatTables.ts"
import { latexTable } from "../../../../layers/evaluation/report/exports/latex.ts"
import { slimLine } from "../../../../layers/evaluation/report/transcripts/slimLine.ts"

describe("csv", () => {
  it("quotes what has to be quoted, leaves unknown fields empty, and lets no formula through", () => {
    assert.strictEqual(
      csv(
        ["a", "b"],
        [
          ['say "hi"', null],
          ["x,y", 0.1],
          ["=1+1", "+cmd|x"],
          ["+0.27 [+0.13, +0.42]", "−0.1"],
        ],
      ),
      'a,b\r\n"say ""hi""",\r\n"x,y",0.1\r\n\'=1+1,\'+cmd|x\r\n"+0.27 [+0.13, +0.42]",−0.1\r\n',
    )
  })
})

describe("latexTable", () => {
  it("escapes what means something to TeX, and the report's own signs", () => {
    const table = latexTable({
      kind: "table",
      caption: "50%\nof it",
      columns: [{ name: "a_b" }, { name: "x", numeric: true }],
      rows: [
        ["\\input{x}", "−0.1"],
        ["[1, 2]", "5% & more"],
      ],
    })
    assert.strictEqual(
      table,
      [
        "% 50% of it",
        "\\begin{tabular}{lr}",
        "\\toprule",
        "a\\_b & x \\\\",
        "\\midrule",
        "\\textbackslash{}input\\{x\\} & $-$0.1 \\\\",
        "{[}1, 2] & 5\\% \\& more \\\\",
        "\\bottomrule",
        "\\end{tabular}",
        "",
      ].join("\n"),
    )
  })
})

describe("flatTables", () => {
  it("makes rows of lists in rows, and columns of fields in fields", () => {
    const document = { title: "x", curves: [{ arm: "a", points: [{ at: 1, by: { kl: 2 } }, { at: 2 }] }], none: [] }
    assert.deepStrictEqual(flatTables(document), [
      {
        name: "curves",
        columns: ["arm", "points.at", "points.by.kl"],
        rows: [
          ["a", 1, 2],
          ["a", 2, null],
        ],
      },
    ])
  })
})

describe("slimLine", () => {
  it("takes tokens and calls away and nothing else, whatever was said", () => {
    const sly = FastCheck.oneof(
      FastCheck.string(),
      FastCheck.constantFrom('"tokens":[1,2]', ',"logprobs":[1]', '","calls":["x"]}', '\\"tokens":[', "]"),
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.array(sly), FastCheck.array(FastCheck.integer()), (words, tokens) => {
        const turn = { model: "m", seed: 1, tokens, logprobs: tokens.map((token) => token / 3) }
        const talk = { prompt: words.join(""), messages: words, verdict: { parts: [{ name: "p", calls: words }] } }
        const slim = JSON.parse(slimLine(JSON.stringify({ ...talk, turns: [turn, turn], calls: ["k", "l"] })))
        const short = { model: "m", seed: 1, tokens: tokens.length }
        assert.deepStrictEqual(slim, { ...talk, turns: [short, short] })
      }),
    )
  })
})
