import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Home, StepLedger } from "../../../src/index.ts"
import { experiments, SmallHome } from "./smallHome.ts"

const small = join(experiments, "small.ts")
const longer = join(experiments, "longer.ts")

/** Every file of a folder with its size and time of change. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => [name, statSync(join(folder, name)).mtimeMs, statSync(join(folder, name)).size])

const parsed = (stdout: string) => {
  assert.strictEqual(stdout.trimEnd().split("\n").length, 1, stdout)
  return JSON.parse(stdout)
}

const slow = { timeout: 240_000 }

layer(SmallHome.layer, { timeout: "4 minutes", excludeTestServices: true })(
  "in a home where an experiment ran",
  (it) => {
    it.effect(
      "plan tells what is done, paid and still to come, and writes nothing",
      () =>
        Effect.gen(function* () {
          const { cli, configFile, home } = yield* SmallHome
          const before = filesOf(home)
          const { status, stdout, stderr } = yield* cli("plan", longer, "--config", configFile, "--json")
          assert.strictEqual(status, 0, stderr)
          const plan = parsed(stdout)
          assert.deepEqual(plan.cells[0], { grid: "main", simulator: "role-play", key: "main/simulator=role-play" })
          const states = Object.fromEntries(
            plan.steps.map((step: { stage: string; state: string }) => [step.stage, step.state]),
          )
          assert.include(states, { Corpus: "done", FineTuned: "done", TrainAssistant: "to-run", Report: "to-run" })
          assert.deepEqual(plan.steps[0].cells, ["main/simulator=role-play", "main/simulator=fine-tuned"])
          const trainer = plan.usage.find(({ role }: { role: string }) => role === "trainer")
          // Three iterations for each of two assistants; a tinker server's price is unknown.
          assert.include(trainer, { model: "scripted-base", calls: 6, money: null })
          const paid = plan.paid.find(({ role }: { role: string }) => role === "trainer")
          // What the fine-tuned simulator took: it is shared with what ran.
          assert.isAbove(paid.promptTokens, 0)
          assert.isAbove(plan.secondsLeft.expected, 0)
          assert.match(plan.notes.join("\n"), /scripted-base names no revision/)
          assert.deepEqual(filesOf(home), before)
        }),
      slow,
    )

    it.effect(
      "diff names the changed input against what was last run, and the price of the rest",
      () =>
        Effect.gen(function* () {
          const { cli, configFile } = yield* SmallHome
          const { status, stdout, stderr } = yield* cli("diff", longer, "--config", configFile, "--json")
          assert.strictEqual(status, 0, stderr)
          const diff = parsed(stdout)
          assert.strictEqual(diff.changes.length, 1)
          assert.deepInclude(diff.changes[0], {
            stage: "TrainAssistant",
            input: "recipe.iterations",
            before: 2,
            after: 3,
          })
          assert.deepEqual([diff.steps.shared.length, diff.steps.onlyAfter.length], [6, 5])
          assert.deepInclude(diff.usage, { ...diff.usage[0], role: "assistant", model: "scripted-base" })
        }),
      slow,
    )

    it.effect(
      "status and steps tell what ran, by file and by name",
      () =>
        Effect.gen(function* () {
          const { cli } = yield* SmallHome
          const { experiments: ran, run, spent, otherSteps } = parsed((yield* cli("status", "--json")).stdout)
          assert.deepInclude(ran[0], { experiment: "small", file: small, cells: 2, suspended: [] })
          assert.deepEqual([ran[0].steps.done, ran[0].steps["to-run"], run, otherSteps], [11, 0, null, 0])
          assert.sameMembers(
            spent.map(({ role }: { role: string }) => role),
            ["assistant", "judge", "simulator", "trainer"],
          )
          const { stdout } = yield* cli("steps", "small")
          assert.match(stdout, /^small: 11 of 11 steps done\n/)
          assert.match(stdout, /done +TrainAssistant\/v\d+-[0-9a-f]{16} +[\d.]+ s +\d+ +[\d,]+ +\$0/)
        }),
      slow,
    )

    it.effect(
      "show finds a step by its beginning, its transcripts, and says what an id could be",
      () =>
        Effect.gen(function* () {
          const { cli, home } = yield* SmallHome
          const step = parsed((yield* cli("show", "FineTuned", "--json")).stdout)
          assert.deepInclude(step, { type: "step", stage: "FineTuned", state: "done", experiments: ["small"] })
          assert.strictEqual(step.inputs.recipe.conversations, 8)
          const [state] = step.artifacts
          assert.strictEqual(state.path, "checkpoint.state")
          assert.strictEqual(state.file, join(home, "artifacts", state.sha256.slice(0, 2), state.sha256.slice(2)))
          const many = yield* cli("show", "TrainAssistant")
          assert.strictEqual(many.status, 64)
          const [first] = many.stderr.match(/TrainAssistant\/v\d+-[0-9a-f]{16}/) ?? []
          const { stdout } = yield* cli("show", first ?? "", "--transcript")
          assert.match(
            stdout,
            /^# curve\[0\]\.transcripts\n\n== c\d+, sample 0: .*\n {2}user {7}What is number \d+\?\n {2}assistant {2}/,
          )
          const unknown = yield* cli("show", "zebra")
          assert.deepEqual([unknown.status, unknown.stdout], [64, ""])
          assert.match(unknown.stderr, /No step, call or artifact in .* begins with "zebra"/)
        }),
      slow,
    )

    it.effect(
      "report prints one document by name, or a table with files",
      () =>
        Effect.gen(function* () {
          const { cli, folder, configFile } = yield* SmallHome
          const report = parsed((yield* cli("report", "small", "--config", configFile, "--json")).stdout)
          assert.strictEqual(report.experiment, "small")
          assert.deepEqual(Object.keys(report.cells[0]), ["simulator", "key"])
          const row = report.matrix.find(({ metric }: { metric: string }) => metric === "reward")
          assert.containsAllKeys(row, ["assistant", "simulator", "metric", "mean", "low", "high", "n"])
          assert.containsAllKeys(report.perplexity[0], ["simulator", "before", "after", "tokens"])
          assert.isTrue(report.usage.every(({ money }: { money: unknown }) => money === null))
          const out = join(folder, "report")
          const table = yield* cli("report", small, "--config", configFile, "--out", out)
          assert.match(table.stdout, /Mean reward on held-out prompts/)
          assert.sameMembers(readdirSync(out), ["report.md", "report.html", "report.json", "transcripts"])
          const written = JSON.parse(readFileSync(join(out, "report.json"), "utf8"))
          assert.deepEqual(written, report)
          const unfinished = yield* cli("report", longer, "--config", configFile)
          assert.strictEqual(unfinished.status, 1)
          assert.match(unfinished.stderr, /5 of its 11 steps are not done\..*changed since it was last run/)
        }),
      slow,
    )

    it.effect(
      "replay reproduces every step from the journal, asks nobody, and changes nothing",
      () =>
        Effect.gen(function* () {
          const { cli, home, server, configFile } = yield* SmallHome
          const before = filesOf(home)
          const asked = server.arrivals.length
          const { status, stdout, stderr } = yield* cli("replay", "small", "--config", configFile)
          assert.strictEqual(status, 0, stderr)
          assert.strictEqual(stdout, `small: 11 steps reproduced from the journal of ${home}\n`)
          assert.strictEqual(server.arrivals.length, asked)
          assert.deepEqual(filesOf(home), before)
        }),
      slow,
    )

    it.effect(
      "replay names what differs, where it arises, and what the journal lacks",
      () =>
        Effect.gen(function* () {
          const { cliIn, folder, home, configFile } = yield* SmallHome
          const altered = join(folder, "altered")
          cpSync(home, altered, { recursive: true })
          const id = yield* alterReward.pipe(
            Effect.provide(StepLedger.layer(Home.paths(altered).ledger)),
            Effect.scoped,
          )
          const differing = yield* cliIn(altered, "replay", "small", "--config", configFile, "--json")
          assert.strictEqual(differing.status, 1, differing.stderr)
          const { reproduced, differing: count, failed, notDone, steps } = parsed(differing.stdout)
          // The report consumed another output than that one: the ledger has none that stands.
          assert.deepEqual([reproduced, count, failed, notDone], [9, 1, 0, 1])
          const [step] = steps.filter(({ state }: { state: string }) => state === "differs")
          assert.deepInclude(step, { id })
          assert.deepInclude(step.differences[0], { path: "reward", before: 0.125 })

          rmSync(Home.paths(altered).journal)
          const silent = yield* cliIn(altered, "replay", "small", "--config", configFile)
          assert.strictEqual(silent.status, 1)
          assert.match(silent.stdout, /small: 4 steps reproduced .*, 6 could not be replayed, 1 were not done/)
          assert.match(silent.stdout, /FineTuned\/v\d+-\w+: failed\n {2}Offline: the journal holds no answer/)
        }),
      slow,
    )
  },
)

/** Gives an evaluation another reward than it had. */
const alterReward = Effect.gen(function* () {
  const ledger = yield* StepLedger
  const entry = (yield* ledger.list).find(({ stage }) => stage === "Evaluate")
  if (entry === undefined) return assert.fail("there is no evaluation")
  const output = { ...JSON.parse(entry.output ?? ""), reward: 0.125 }
  yield* ledger.record({ ...entry, output: JSON.stringify(output) })
  return entry.id
})
