import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import { existsSync } from "node:fs"
import { loadStudy, noChanges } from "../../../workflows/cli/loadStudy.ts"
import { loadConfig } from "../../../workflows/config/loadConfig.ts"
import { tiny, workspace } from "./workspace.ts"

/** Files run without type checking: whatever the compiler would refuse has to be refused again. */
const experiments = {
  "an unknown value of an axis": [
    `axes: { persona: { hasty: U.Personas.hasty } }, experiment: ({ persona }) => evaluate({ persona })`,
    /axis persona: its value "hasty" is undefined: is it spelt right\?/,
  ],
  "an axis that isn't there in where": [
    `axes: { seed: [1, 2] }, where: ({ sead }) => sead === 1, experiment: () => split`,
    /there is no axis "sead": its axes are seed/,
  ],
  "an axis that isn't there in a cell": [
    `axes: { seed: [1] }, experiment: (cell) => evaluate({ persona: cell.persona })`,
    /there is no axis "persona": its axes are seed/,
  ],
  "objects without labels as an axis": [
    `axes: { persona: [U.Personas.plain] }, experiment: () => split`,
    /axis persona: its values are objects: write \{ label: value, \.\.\. \}/,
  ],
  "an axis of no values": [`axes: { seed: [] }, experiment: () => split`, /axis seed: it has no values/],
  "a misspelt option": [
    `axis: { seed: [1] }, experiment: () => split`,
    /grid: it has no option "axis": there are axes/,
  ],
  "a wrong type": [
    `axes: { seed: [1, "two"] }, experiment: ({ seed }) => U.Split({ corpus, seed })`,
    /Split in cell seed=two can't be built.*\n {2}seed: Expected number, actual "two"/,
  ],
  "a wrong type deep inside": [
    `axes: { seed: [1] }, experiment: () => evaluate({ conversing: { turns: 2.5, maxTokens: 8 }, prompts: 0 })`,
    /conversing\.turns: Expected an integer, actual 2\.5\n {2}prompts: Expected a positive number, actual 0/,
  ],
  "a missing field": [
    `axes: { seed: [1] }, experiment: () => U.Evaluate({ split })`,
    /Evaluate in cell seed=1 can't be built.*\n(.*\n)* {2}reward: is missing/,
  ],
  "a misspelt field": [
    `axes: { seed: [1] }, experiment: ({ seed }) => U.Split({ corpus, sed: seed })`,
    /sed: is unexpected, expected: "corpus" \| .*"seed"/,
  ],
  "an unknown check": [
    `axes: { seed: [1] }, experiment: () => evaluate({ reward: { _tag: "ChecklistReward", checks: [{ kind: "wordz" }] } })`,
    /reward\.checks\.0\.kind: Expected "words" \| .*actual "wordz"/,
  ],
  "a step of the wrong kind": [
    `axes: { seed: [1] }, experiment: () => evaluate({ simulator: split })`,
    /simulator: expected a step that gives RolePlay or FineTuned or .*, got Split, which gives Split/,
  ],
  "a simulator that isn't there": [
    `axes: { seed: [1] }, experiment: () => evaluate({ simulator: simulators["role-pley"] })`,
    /simulator: expected a step that gives RolePlay or FineTuned or .*, got nothing: is its name spelt right\?/,
  ],
  "a cell without a step": [`axes: { seed: [1] }, experiment: () => {}`, /cell seed=1: the function returned no step/],
} as const

const options = {
  "a limit that isn't there": [`limits: { dollars: 5 }`, /limits: it has no option "dollars": there are usd, gpus/],
  "a limit that is no number": [`limits: { usd: "5" }`, /limits\.usd is 5: give a positive number/],
  "something that is no grid": [`grids: { main: { seed: [1] } }`, /grids\.main is no grid: make it with Grid\.make/],
  "no grids": [`grids: undefined`, /it has no grids/],
  "a collect without steps": [`collect: () => [split, undefined]`, /collect must return steps, and item 2 is none/],
  "an unknown label in a report": [
    `collect: () => [U.Report({ simulators, assistants: { initial }, trainedWith: { initial: "sft" }, matrix: [] })]`,
    /no simulator is labelled "sft": there are role-play/,
  ],
} as const

const head = `import * as U from "understudy"
const model = U.Model.openai("tiny-2026-01-01")
const corpus = U.embeddedCorpus()
const split = U.Split({ corpus })
const simulators = { "role-play": U.RolePlay({ model }) }
const initial = U.InitialAssistant({ model })
const conversing = { turns: 2, maxTokens: 8 }
const reward = { _tag: "ChecklistReward", checks: [{ kind: "words", max: 6 }] }
const usual = { split, assistant: initial, simulator: simulators["role-play"], reward, conversing, prompts: 2 }
const evaluate = (changes) => U.Evaluate({ ...usual, persona: U.Personas.plain, ...changes })
`
const main = `U.Grid.make({ axes: { seed: [1] }, experiment: () => split })`

const refusal = <A, E extends { readonly message: string }>(work: Effect.Effect<A, E>) =>
  Effect.map(Effect.either(work), (done) => (Either.isLeft(done) ? done.left.message : "it was accepted"))

describe("an experiment file", () => {
  it.scopedLive("is refused with its line and what is wrong with it", () =>
    Effect.gen(function* () {
      const { write } = yield* workspace
      const whole = [
        ...Object.entries(experiments).map(([name, [grid, message]]) => {
          return [
            name,
            `export default U.Experiment.make("bad", { grids: { main: U.Grid.make({ ${grid} }) } })`,
            message,
          ] as const
        }),
        ...Object.entries(options).map(([name, [option, message]]) => {
          return [
            name,
            `export default U.Experiment.make("bad", { grids: { main: ${main} }, ${option} })`,
            message,
          ] as const
        }),
      ]
      for (const [i, [name, text, message]] of whole.entries()) {
        const file = write(`bad${i}.mjs`, `${head}${text}\n`)
        const said = yield* refusal(loadStudy(file))
        assert.match(said, message, name)
        assert.match(said, /bad\d+\.mjs:1[01]: /, name)
      }
    }),
  )

  it.scopedLive("that fails, isn't one, or names a file that isn't there says so", () =>
    Effect.gen(function* () {
      const { folder, write } = yield* workspace
      const said = (name: string, text: string) => refusal(loadStudy(write(name, text)))
      assert.match(yield* said("value.mjs", "export default 1"), /value\.mjs: write `export default Experiment\.make/)
      assert.match(yield* said("throws.mjs", "\nnull.x"), /throws\.mjs.*Cannot read properties of null/)
      const gone = `${head}export default U.Experiment.make("bad", { grids: { main: U.Grid.make({ axes: { seed: [1] },
        experiment: () => U.Split({ corpus: U.Corpus({ file: U.FileRef.make({ path: "/no/such/file" }) }) }) }) } })`
      assert.match(yield* said("gone.mjs", gone), /\/no\/such\/file: there is no such file\. A step of the experiment/)
      assert.match(yield* refusal(loadStudy(`${folder}/none.ts`)), /none\.ts: there is no such file/)
    }),
  )

  it.scopedLive("has its presets by name, and names those that there are", () =>
    Effect.gen(function* () {
      const { write } = yield* workspace
      const named = (preset: string) => ({ ...noChanges, preset: Option.some(preset) })
      const one = (name: string) =>
        `U.Experiment.make("${name}", { grids: { main: U.Grid.make({ axes: { seed: [1] },
        experiment: () => U.InitialAssistant({ model: U.Model.embedded }) }) } })`
      const file = write(
        "presets.mjs",
        `${head}export const presets = { small: ${one("little")}, odd: 1 }
        export default ${one("big")}`,
      )
      assert.strictEqual((yield* loadStudy(file)).experiment.name, "big")
      const small = yield* loadStudy(file, named("small"))
      assert.strictEqual(small.experiment.name, "little")
      assert.deepEqual(small.source?.changes, { preset: "small" })
      assert.match(yield* refusal(loadStudy(file, named("tiny"))), /no preset "tiny": its presets are small, odd/)
      assert.match(yield* refusal(loadStudy(file, named("odd"))), /its preset "odd" is not made by Experiment\.make/)
      const without = write("without.mjs", `${head}export default ${one("big")}`)
      assert.match(yield* refusal(loadStudy(without, named("small"))), /no preset "small": it exports no `presets`/)
    }),
  )

  it.scopedLive(
    "ends the command line with 64, the line and no stack trace, before there is a home",
    () =>
      Effect.gen(function* () {
        const { home, write, configOf, cli } = yield* workspace
        const file = write(
          "typed.ts",
          `${head}\n\nexport default U.Experiment.make("bad", { grids: { main:
          U.Grid.make({ axes: { seed: ["one"] }, experiment: ({ seed }) => U.Split({ corpus, seed }) }) } })\n`,
        )
        const config = configOf("bad.config.mjs", { trainer: { kind: "ray" } })
        const refusals = [
          [yield* cli("plan", file, "--json"), /typed\.ts:14: Split in cell seed=one can't be built/],
          [yield* cli("run", tiny, "--json", "--config", config), /bad\.config\.mjs: trainer\.kind: Expected/],
          [
            yield* cli("run", tiny, "--users", "nobody"),
            /--users.*hashed-ip, each-row|Expected one of.*hashed-ip, each-row/,
          ],
        ] as const
        for (const [{ status, stdout, stderr }, message] of refusals) {
          assert.deepEqual([status, stdout], [64, ""], stderr)
          assert.match(stderr, message)
          assert.notMatch(stderr, /^\s+at /m)
        }
        assert.isFalse(existsSync(home))
      }),
    120_000,
  )
})

describe("a config file", () => {
  const configs = {
    "a misspelt field": [
      { endpoints: { default: { url: "http://x/v1", keyVar: "K" } } },
      /default\.keyVar: is unexpected/,
    ],
    "a URL without its scheme": [
      { endpoints: { default: { url: "127.0.0.1:8000/v1" } } },
      /endpoints\.default\.url: Expected an address such as http:.*actual "127\.0\.0\.1:8000\/v1"/,
    ],
    "an endpoint that isn't there": [
      { endpoints: { default: { url: "http://x/v1" } }, models: { judge: { endpoint: "hosted" } } },
      /models\.judge\.endpoint: there is no endpoint "hosted": `endpoints` has default/,
    ],
    "a price without its date": [
      { models: { judge: { price: { prompt: 1, completion: 2 } } } },
      /judge\.price\.asOf: is missing/,
    ],
    "an unknown trainer": [
      { trainer: { kind: "ray" } },
      /trainer\.kind: Expected "embedded" \| "tinker", actual "ray"/,
    ],
    "no config": [7, /write `export default defineConfig\(/],
  } as const

  it.scopedLive("is refused with the field and what is wrong with it", () =>
    Effect.gen(function* () {
      const { folder, configOf } = yield* workspace
      for (const [name, [value, message]] of Object.entries(configs)) {
        const said = yield* refusal(loadConfig(configOf(`${name.replaceAll(" ", "-")}.mjs`, value)))
        assert.match(said, message, name)
        assert.match(said, /Correct the config and run the same command again\.$/)
      }
      assert.match(yield* refusal(loadConfig(`${folder}/none.mjs`)), /none\.mjs: there is no such file/)
    }),
  )
})
