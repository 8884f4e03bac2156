/** Where the numbers of a report on simulators come from, section by section, and that their records can be read. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { isOfSimulators } from "../../../layers/evaluation/report/pageOf.ts"
import type { PageFacts } from "../../../layers/evaluation/report/PageFacts.ts"
import type { TalkIndex } from "../../../layers/evaluation/report/transcripts/TalkIndex.ts"
import { understudy } from "../cli/smallHome.ts"
import { judgedStudy } from "./judgedStudy.ts"
import { simulatorWorld } from "./simulatorWorld.ts"

const stageOf = (id: string | null) => id?.slice(0, id.indexOf("/")) ?? "unknown"

/** The source of every value of a simulator's row that is a number, by section. */
const readPage = (page: string) => {
  const facts: PageFacts = JSON.parse(/id="facts">([^]*?)<\/script>/.exec(page)?.[1] ?? "")
  const shown = (place: string | undefined) => {
    const { steps, talks } = facts.sources[Number(place)]!
    return `${steps.map(({ id }) => stageOf(id)).join(" ")}${talks === undefined ? "" : `: ${talks.kind ?? "any"}`}`
  }
  const section = (id: string) => new RegExp(`<section id="${id}"[^]*?</section>`).exec(page)?.[0] ?? ""
  const inSection = (id: string, name = "RPUser") =>
    [...section(id).matchAll(/<tr data-source="(\d+)">\s*<th scope="row">([^<]*)<\/th>([^]*?)<\/tr>/g)]
      .filter(([, , label]) => label === name)
      .flatMap(([, row, , values = ""]) =>
        [...values.matchAll(/<td class="number"(?: data-source="(\d+)")?>\s*<button/g)].map(([, own]) => own ?? row),
      )
      .map(shown)
  return { facts, section, inSection }
}

describe("numbers of a report on simulators", () => {
  it.scopedLive(
    "come from their own steps, whose records are shown and lie in the browser of transcripts",
    () =>
      Effect.gen(function* () {
        const world = yield* simulatorWorld
        const { ran, data, report } = yield* world.run(judgedStudy(world.corpus))
        assert.strictEqual(ran.state, "done")
        const file = report.files.find((one) => one.endsWith("report.html")) ?? ""
        const { facts, section, inSection } = readPage(readFileSync(file, "utf8"))
        const compared = "Fidelity Simulate RolePlay: simulation"
        const only = (id: string, source: string) => assert.deepStrictEqual([...new Set(inSection(id))], [source], id)
        // Its words can't be scored behind this endpoint, so the first number is the diversity of first turns.
        assert.deepStrictEqual(inSection("answer").slice(0, 3), [
          "Fidelity RolePlay",
          "Fidelity RolePlay: opening",
          compared,
        ])
        only("openings", "Fidelity RolePlay: opening")
        for (const id of ["intent", "lengths", "endings"]) only(id, compared)
        only("replay", "Replay RolePlay: replay")
        only("floor", "Replay RolePlay: replay")
        only("adherence", "Adherence RolePlay: role probe")
        only("review", "SimulatorReview Simulate: review")
        const utility = inSection("utility")
        assert.strictEqual(utility[0], "Evaluate Evaluate")
        for (const source of ["Replay RolePlay: replay", "Fidelity RolePlay: opening", compared])
          assert.include(utility, source)
        assert.deepStrictEqual([...new Set(inSection("floor", "words per turn"))], ["Replay RolePlay: replay"])
        assert.deepStrictEqual(
          [...new Set(inSection("utility", "user turns"))],
          ["Fidelity Simulate RolePlay Evaluate Evaluate"],
        )
        assert.deepStrictEqual([...new Set(inSection("lengths", "real users"))], ["Split"])
        // Columns narrow what their row has.
        assert.include(section("adherence"), 'data-talks="{&quot;kind&quot;:&quot;intent probe&quot;}"')
        assert.include(section("replay"), 'data-talks="{&quot;ending&quot;:&quot;ends early&quot;}"')

        // Whatever stands in a dialog with records under it can be shown by the command that it prints.
        const steps = new Map(facts.sources.flatMap((one) => one.steps.map((step) => [step.id ?? "", step] as const)))
        const shown = [...steps.values()].filter(({ transcripts }) => transcripts.length > 0)
        assert.sameMembers(
          [...new Set(shown.map(({ id }) => stageOf(id)))],
          ["Adherence", "Evaluate", "Fidelity", "Replay", "Simulate", "SimulatorReview"],
        )
        const told = yield* Effect.forEach(
          shown.filter(({ id }) => !/^(Evaluate|Simulate)\//.test(id ?? "")),
          ({ id }) =>
            Effect.map(understudy(["show", id ?? "", "--transcript", "--home", world.home]), (ended) => {
              assert.strictEqual(ended.status, 0, `${id}: ${ended.stderr}`)
              return [stageOf(id), ended.stdout] as const
            }),
        )
        const text = Object.fromEntries(told)
        assert.match(text["Replay"] ?? "", /in its user's place as \w+: [\w ]+\n {2}real user +How long is river/)
        assert.match(text["Replay"] ?? "", /\n {2}simulated user( leaves)? {2}/)
        assert.match(text["Adherence"] ?? "", /role probe as \w+: (not )?kept\n {2}user +How long[^\n]*\n {2}assistant/)
        assert.match(text["SimulatorReview"] ?? "", /errors: 1\n {2}user turn 1 {2}repetition, minor: again/)
        assert.match(text["Fidelity"] ?? "", /# rows\.talks\n\n\{\n {2}"prompt"/)
        assert.match(text["Fidelity"] ?? "", /# rows\.openings\n\n== c\d+.*\n {2}user/)

        const index: TalkIndex = JSON.parse(
          readFileSync(join(dirname(file), "transcripts/index.js"), "utf8").replace(/^[^(]*\(|\)\s*$/g, ""),
        )
        const { columns, groups, endings } = index
        const count = (kind: string, ending?: string) =>
          columns.group.filter(
            (group, at) =>
              groups[group]?.kind === kind && (ending === undefined || endings[columns.ending[at] ?? 0] === ending),
          ).length
        assert.deepStrictEqual(
          ["simulation", "opening", "replay", "role probe", "intent probe", "review"].map((kind) => count(kind)),
          [8, 7, 9, 5, 5, 4],
        )
        assert.isTrue(groups.every(({ problem }) => problem === null))
        // What a column counts is what it narrows the conversations to.
        const { likeness } = isOfSimulators(data) ? data : assert.fail("the report is of simulators")
        assert.strictEqual(count("role probe", "kept"), likeness?.adherence[0]?.role.kept)
        assert.strictEqual(count("replay", "ends early"), likeness?.replays[0]?.termination.sessions.early)
      }),
    240_000,
  )
})
