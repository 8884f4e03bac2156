import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildReportData } from "../../../../layers/evaluation/report/buildReportData.ts"
import type { ReportInputs } from "../../../../layers/evaluation/report/ReportInputs.ts"
import { closingTable } from "../../../../layers/evaluation/report/closingTable.ts"
import type { PageFacts, PageSource } from "../../../../layers/evaluation/report/PageFacts.ts"
import { policyHash } from "../../../../layers/evaluation/report/pageScript.ts"
import { renderHtml } from "../../../../layers/evaluation/report/renderHtml.ts"
import { renderMarkdown } from "../../../../layers/evaluation/report/renderMarkdown.ts"
import { reportDocument } from "../../../../layers/evaluation/report/reportDocument.ts"
import { assistants, cell, heldOut, model, reportInputs, rollout, simulators, trained } from "./reportInputs.ts"
import { richInputs } from "./richInputs.ts"
import { runFacts } from "./runFacts.ts"

const data = buildReportData(reportInputs)
const column = { simulator: "role-play", persona: "busy", heldOut: false }

const attack =
  '<script>alert(1)</script><img src=x onerror="a()"> [click](javascript:x) | cell\n# heading\n\u001b[2J--- https://evil.example'
const attacked = buildReportData({
  title: attack,
  simulators,
  assistants,
  matrix: [
    cell({ ...column, assistant: "initial" }, [
      rollout("p1", 0.5, [
        { role: "user", content: attack },
        { role: "assistant", content: attack },
      ]),
      { ...rollout("p2", null), failure: { by: "infrastructure", reason: attack } },
    ]),
  ],
})

const count = (text: string, part: string) => text.split(part).length - 1

describe("renderHtml", () => {
  it.effect("is one file that asks nothing of the network and runs its own script alone", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      assert.match(page, /^<!doctype html>/)
      const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/
        .exec(page)?.[1]
        ?.replaceAll("&#39;", "'")
      assert.include(policy, "default-src 'none'")
      assert.notInclude(policy, "connect-src")
      const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text = ""]) => text)
      const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text = ""]) => text)
      assert.strictEqual(scripts.length, 1)
      assert.strictEqual(count(page, "<script"), 2)
      for (const text of [...scripts, ...styles]) assert.include(policy, policyHash(text))
      assert.notMatch(page, /<link|<iframe|@import|url\((?!#)/i)
      assert.notMatch(page.replace(scripts[0] ?? "", ""), /\s(src|href)="(?!#)/)
      assert.deepStrictEqual(
        page.match(/https?:\/\/[^"'\s<]+/g)?.filter((url) => !url.startsWith("http://www.w3.org/")) ?? [],
        [],
      )
    }),
  )

  it.effect("answers on top: gains with intervals, then the caveat, then the matrix with its baseline", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      const order = ["trained with role-play</h3>", "checklist satisfaction, not quality", "initial (not trained)</th>"]
      const places = order.map((part) => page.indexOf(part))
      assert.isTrue(places.every((place) => place > 0))
      assert.deepStrictEqual(
        [...places].sort((a, b) => a - b),
        places,
      )
      assert.match(page, /simulators are not ranked/i)
      assert.include(page, "n 15, 1 missing")
      assert.include(page, "TrainAssistant/v1-9ab3be1f34dc2a45")
    }),
  )

  it.effect("tells of every number in its tables where it comes from", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      const { sources } = JSON.parse(/id="facts">([^<]*)</.exec(page)?.[1] ?? "")
      const places = [...page.matchAll(/data-source="(\d+)"/g)].map(([, place]) => Number(place))
      assert.isAbove(places.length, 50)
      for (const place of places) assert.isTrue(sources[place].steps.length > 0 || sources[place].command !== undefined)
      assert.deepStrictEqual(
        sources.find(({ talks }: { talks?: { iteration?: number } }) => talks?.iteration === 3),
        {
          steps: [
            {
              label: "assistant role-play",
              id: "TrainAssistant/v1-9ab3be1f34dc2a45",
              transcripts: Array.from({ length: 8 }, () => "a".repeat(64)),
            },
          ],
          talks: { kind: "training", assistant: "role-play", iteration: 3 },
        },
      )
    }),
  )

  it.effect("leads from every number of conversations to the steps that made them, and to them", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(buildReportData(richInputs), runFacts)
      const { sources }: PageFacts = JSON.parse(/id="facts">([^<]*)</.exec(page)?.[1] ?? "")
      const found = new Map<string, Array<PageSource>>()
      for (const [, id = "", section = ""] of page.matchAll(/<section id="([^"]+)"([^]*?)<\/section>/g)) {
        let source: PageSource | undefined
        for (const [, place] of section.matchAll(/data-source="(\d+)"|class="n"/g)) {
          if (place !== undefined) source = sources[Number(place)]
          else found.set(id, [...(found.get(id) ?? []), source ?? assert.fail(`a number without a source in ${id}`)])
        }
      }
      const ids = ["answer", "seeds", "matrix", "comparisons", "measures", "simulators", "utility", "learning"]
      assert.deepStrictEqual([...found.keys()], [...ids, "failures", "cost"])
      for (const { steps, talks, command } of [...found.values()].flat()) {
        if (command !== undefined) continue
        assert.isAbove(steps.length, 0)
        const ofWords = steps.every(({ label }) => label === "split" || label.startsWith("simulator "))
        if (!ofWords) assert.isDefined(talks, JSON.stringify(steps))
      }
      const first = (id: string, at = 0) => {
        const { steps, talks, otherTalks = [] } = [...new Set(found.get(id))][at] ?? assert.fail(id)
        return { steps: steps.map(({ label }) => label), talks: [talks, ...otherTalks].map((one) => one?.assistant) }
      }
      const inFirst = (...labels: Array<string>) => ({
        steps: labels.map((assistant) => `evaluation of ${assistant} with role-play as busy`),
        talks: labels,
      })
      const arm = ["role-play, seed 1", "role-play, seed 2"] as const
      const other = ["fine-tuned, seed 1", "fine-tuned, seed 2"] as const
      assert.deepStrictEqual(first("answer"), inFirst(arm[0], "initial"))
      assert.deepStrictEqual(first("seeds"), inFirst(...arm, "initial"))
      // After three ways of training with three simulators.
      assert.deepStrictEqual(first("seeds", 9), inFirst(other[0], arm[0], other[1], arm[1], "initial"))
      assert.deepStrictEqual(first("comparisons"), inFirst(arm[0], other[0]))
      const judges = found.get("measures")?.at(-1)
      assert.deepStrictEqual(judges?.talks, { kind: "evaluation" })
      assert.strictEqual(judges?.steps.length, richInputs.matrix.length)
    }),
  )

  it.effect("draws five charts with names, whose inner ids are distinct", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      assert.strictEqual(count(page, "<svg"), 5)
      assert.strictEqual(count(page, '<figure role="img" aria-label="'), 5)
      const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
      assert.strictEqual(new Set(ids).size, ids.length)
    }),
  )

  it.effect("draws seeds of one way of training as a band, and simulators beside what they are good for", () =>
    Effect.gen(function* () {
      const arms = ["role-play", "fine-tuned", "third"]
      const labels = arms.flatMap((arm) => [1, 2].map((seed) => ({ arm, seed, label: `${arm}, seed ${seed}` })))
      const inputs: ReportInputs = {
        ...reportInputs,
        question: "Which <user> trains best?",
        simulators: { ...simulators, third: simulators["role-play"] ?? assert.fail() },
        assistants: {
          initial: { _tag: "InitialAssistant", model },
          ...Object.fromEntries(labels.map(({ label }) => [label, trained(label)])),
        },
        matrix: ["initial", ...labels.map(({ label }) => label)].flatMap((assistant) =>
          arms.map((simulator) =>
            cell(
              { assistant, simulator, persona: "busy", heldOut: false },
              heldOut.map(({ id }) => rollout(id, assistant === "initial" ? 0.3 : 0.5)),
            ),
          ),
        ),
      }
      // Labels that end in a number say nothing by themselves.
      assert.notInclude(
        yield* renderHtml(buildReportData({ ...inputs, replicates: undefined }), runFacts),
        "a band over its seeds",
      )
      const replicates = Object.fromEntries(
        labels.map(({ arm, seed, label }) => [label, { seed: String(seed), labels: { simulator: arm } }]),
      )
      const page = yield* renderHtml(buildReportData({ ...inputs, replicates }), runFacts)
      assert.include(page, "a band over its seeds")
      assert.include(page, "Which &lt;user&gt; trains best?")
      assert.include(page, 'id="utility"')
      assert.include(page, "Exploratory")
      assert.notMatch(page.replace(/<script[^]*<\/script>/, ""), /NaN|undefined|Infinity/)
    }),
  )

  it.effect(
    "tells of judges what they gave, why nothing, and by which words; a verdict that is missing is no failed one",
    () =>
      Effect.gen(function* () {
        const prompt = "f".repeat(64)
        const judged = (id: string, score: number | null) => {
          const one = rollout(id, 0.7)
          const failed = { check: "gpt-5", passed: null, reason: "failed (Refused)" }
          return {
            ...one,
            verdict: one.verdict === null ? null : { ...one.verdict, checks: score === null ? [failed] : [] },
            judges: [
              { judge: "gpt-5@1", score, failure: score === null ? "refused" : null, prompt },
              { judge: "claude-5@1", score: 6, failure: null, prompt },
            ],
          }
        }
        const withJudges = buildReportData({
          simulators,
          assistants,
          matrix: [cell({ ...column, assistant: "initial" }, [judged("p1", null), judged("p2", 8)])],
        })
        const facts = { ...runFacts, trainingFamilies: ["gpt"] }
        const markdown = renderMarkdown(withJudges, facts)
        assert.include(markdown, "| gpt-5@1 | its family gave rewards | 1 | 8.00 | 1 | refused (1) |")
        assert.include(markdown, "| claude-5@1 | not among its judges | 2 | 6.00 | 0 |")
        assert.include(markdown, `| judges' prompt | of gpt-5@1, claude-5@1 | ${prompt} |`)
        assert.include(markdown, "no verdict: gpt-5 (failed (Refused))")
        assert.notInclude(markdown, "not passed: gpt-5")
        assert.match(yield* renderHtml(withJudges, facts), /<span class="missing">\? gpt-5<\/span>/)
      }),
  )

  it.effect("has headed, captioned tables", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      const tables = count(page, "<table")
      assert.isAbove(tables, 8)
      assert.strictEqual(count(page, "<caption>"), tables)
      assert.isAtLeast(count(page, '<th scope="row">'), tables)
    }),
  )

  it.effect("escapes what models and experiments wrote", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(attacked, runFacts)
      assert.notInclude(page, "<script>alert")
      assert.notInclude(page, "<img")
      assert.notInclude(page, "</script><img")
      assert.include(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
    }),
  )

  it.effect("renders an experiment without training, without cells, and without a curve", () =>
    Effect.gen(function* () {
      const nothing = buildReportData({ simulators: {}, assistants: {}, matrix: [] })
      const page = yield* renderHtml(nothing, { ...runFacts, cells: [] })
      assert.include(page, "No assistant was evaluated.")
      assert.strictEqual(count(page, "<svg"), 1)
      assert.notMatch(page.replace(/<script[^]*<\/script>/, ""), /NaN|undefined|Infinity/)
      assert.notMatch(renderMarkdown(nothing, runFacts), /NaN|undefined|Infinity/)
    }),
  )

  it.effect("says how assistants do where none was trained", () =>
    Effect.gen(function* () {
      const { initial } = reportInputs.assistants
      if (initial === undefined) return assert.fail("no initial assistant")
      const matrix = reportInputs.matrix.filter(({ assistant }) => assistant === "initial")
      const page = yield* renderHtml(
        buildReportData({ ...reportInputs, trainedWith: {}, replicates: {}, assistants: { initial }, matrix }),
        runFacts,
      )
      assert.include(page, "How the assistants do")
      assert.match(page, /initial: mean reward from 0\.\d\d \[0\.\d\d, 0\.\d\d\] with [^.]+ to 0\.\d\d/)
      assert.notInclude(page, "What came of training")
    }),
  )

  it.effect("shows what is missing as a dash, never as a zero", () =>
    Effect.gen(function* () {
      const missing = buildReportData({
        simulators,
        assistants: { initial: { _tag: "InitialAssistant", model } },
        matrix: [cell({ ...column, assistant: "initial" }, [rollout("p1", null)])],
      })
      const page = yield* renderHtml(missing, runFacts)
      assert.match(page, /<span class="mean">\s*–\s*<\/span>/)
      assert.include(page, "n 0, 1 missing")
    }),
  )
})

describe("renderMarkdown", () => {
  it("has the sections and the numbers of the page", () => {
    const text = renderMarkdown(data, runFacts)
    assert.match(text, /^# Demo: two simulators, one small model\n/)
    for (const heading of ["What came of training", "Every assistant with every simulator", "What failed"])
      assert.include(text, `\n## ${heading}\n`)
    const row = data.matrix.find(({ metric, missing }) => metric === "reward" && missing === 1)
    assert.include(text, `| ${row?.mean?.toFixed(2)} | `)
  })

  it("lets no model write HTML, links, headings or table cells", () => {
    const text = renderMarkdown(attacked, runFacts)
    assert.notMatch(text, /<script|<img/)
    assert.notMatch(text, /(?<!\\)\]\(/)
    assert.notMatch(text, /^>? ?# heading/m)
    assert.notInclude(text, "https://evil")
    assert.notInclude(text, "\u001b")
    const widths = text
      .split("\n")
      .filter((line) => line.startsWith("| infrastructure") || line.includes("| infrastructure"))
    for (const line of widths) assert.strictEqual(line.split(/(?<!\\)\|/).length, 8)
    assert.isAbove(widths.length, 0)
  })
})

describe("closingTable", () => {
  it("says gains, rewards, perplexities and the caveat in lines that fit", () => {
    const text = closingTable(data, runFacts)
    for (const part of ["trained with role-play", "perplexity before", "63.4", "46.7", "not quality"])
      assert.include(text, part)
    assert.isBelow(Math.max(...text.split("\n").map((line) => line.length)), 140)
  })

  it("writes no control characters of models to the terminal", () => {
    const escape = String.fromCharCode(27)
    const sly = buildReportData({ ...reportInputs, title: `${escape}[2Jtitle` })
    assert.notInclude(closingTable(sly, runFacts), escape)
  })
})

describe("reportDocument", () => {
  it("keeps the contract for programs", () => {
    const document = JSON.parse(JSON.stringify(reportDocument(data, runFacts)))
    assert.deepInclude(document.cells[0], { key: "main/simulator=role-play,seed=1", simulator: "role-play", seed: "1" })
    for (const field of ["assistant", "simulator", "metric", "mean", "low", "high", "n"])
      assert.property(document.matrix[0], field)
    assert.deepStrictEqual(document.perplexity, [{ simulator: "fine-tuned", before: 63.4, after: 46.7, tokens: 2113 }])
    assert.strictEqual(document.experiment, "demo")
    assert.deepInclude(document.usage[1], { role: "simulator", calls: 512, money: 0.0123 })
    assert.deepInclude(document.failures[0], { reason: "judge: Timeout", count: 1 })
    assert.deepInclude(document.provenance.rows[0], { step: "RolePlay/v1-1f0c55aa90be4d17" })
  })
})
