/**
 * A GRPO step by understudy against the same one by tinker-cookbook, each on an embedded trainer of its own: one reply to
 * each of the same openings, the same group sizes, loss, adapter, optimizer and penalty on leaving the initial model, and
 * a saved state at the end. Medians of pairs that run one after the other. Needs Linux and the embedded trainer;
 * tinker-cookbook is installed for this alone, in the cache folder.
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Effect, Schema } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Model from "../../layers/llm/Model.ts"
import { cacheFolder, findInstall } from "../../layers/training/embedded/EmbeddedInstall.ts"
import * as EmbeddedServer from "../../layers/training/embedded/EmbeddedServer.ts"
import { embeddedGrpo } from "../../layers/training/GrpoRecipe.ts"
import { Experiment, FileRef, Grid } from "../../src/index.ts"
import { embeddedConversing } from "../stages/Conversing.ts"
import { Corpus } from "../stages/Corpus.ts"
import { RolePlay } from "../stages/RolePlay.ts"
import { Split } from "../stages/Split.ts"
import { TrainAssistant } from "../stages/TrainAssistant.ts"
import type { BenchResult } from "./BenchResult.ts"
import { measureStep } from "./measureStep.ts"
import { runProgram } from "./runProgram.ts"
import { median, rounded, shown } from "./timing.ts"

export interface CookbookBenchOptions {
  readonly pairs: number
  /** Wall time of ours to theirs, and percent of ours. */
  readonly targetRatio: number
  readonly targetShare: number
  readonly say: (line: string) => Effect.Effect<void>
}

export const cookbookBench = ({ pairs, targetRatio, targetShare, say }: CookbookBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const corpus = join(folder, "openings.jsonl")
    yield* files.writeFileString(corpus, openings.map((opening, i) => `${row(opening, i)}\n`).join(""))
    const python = yield* installed(say)
    const runs = yield* Effect.forEach(Array.from({ length: pairs }), (_, pair) =>
      Effect.gen(function* () {
        const theirs = yield* byCookbook(python, join(folder, `cookbook${pair}`))
        const ours = yield* measureStep(experiment(corpus), say)
        yield* say(`ours ${shown([ours.seconds], "s")}, tinker-cookbook ${shown([theirs], "s")}`)
        return { ours, theirs }
      }),
    )
    const ratio = rounded(median(runs.map(({ ours, theirs }) => ours.seconds / theirs)))
    const share = rounded(median(runs.map(({ ours }) => Math.max(ours.waiting, ours.work))))
    const times = (of: (run: (typeof runs)[number]) => number, unit: string) => shown(runs.map(of), unit)
    const results: ReadonlyArray<BenchResult> = [
      {
        bench: "cookbook",
        value: ratio,
        target: targetRatio,
        met: ratio <= targetRatio,
        unit: "times the wall time of a GRPO step by tinker-cookbook",
        against: `${times(({ ours }) => ours.seconds, "s")} ours, ${times(({ theirs }) => theirs, "s")} by tinker-cookbook ${version}`,
      },
      {
        bench: "cookbook-share",
        value: share,
        target: targetShare,
        met: share <= targetShare,
        unit: "percent of a GRPO step's wall time",
        against: `${times(({ ours }) => ours.waiting, "%")} with nothing asked of the trainer, ${times(({ ours }) => ours.work, "%")} processor time of this process`,
      },
    ]
    return results
  }).pipe(Effect.scoped, Effect.withSpan("cookbookBench"))

/** Nearly of one length, so that both compile the same few shapes. */
const openings = ["tea", "rain", "bread", "maps", "chess", "birds", "soup", "trains"].flatMap((thing) =>
  ["morning", "summer", "winter", "evening"].map((time) => `What should I know about ${thing} in the ${time}?`),
)

const row = (opening: string, i: number) =>
  JSON.stringify({
    conversation_hash: `opening-${i}`,
    model: "made-up",
    language: "English",
    turn: 1,
    hashed_ip: `user-${i}`,
    conversation: [
      { role: "user", content: opening, language: "English" },
      { role: "assistant", content: "It depends on what you like.", language: "English" },
    ],
  })

const recipe = { ...embeddedGrpo, iterations: 2, divideByStd: false, dropConstantGroups: false }

const experiment = (corpus: string) =>
  Experiment.make("cookbook-bench", {
    grids: {
      main: Grid.make({
        axes: { seed: [1] },
        experiment: ({ seed }) =>
          TrainAssistant({
            split: Split({
              corpus: Corpus({ file: FileRef.make({ path: corpus }), users: "each-row" }),
              shares: { simulator: 0.1, assistant: 0.7, validation: 0.1, test: 0.1 },
            }),
            base: Model.embedded,
            simulator: RolePlay({ model: Model.embedded }),
            reward: {
              _tag: "ChecklistReward",
              own: false,
              checks: [
                { kind: "ends-with-punctuation" },
                { kind: "words", min: 4, max: 24 },
                { kind: "no-repetition" },
              ],
            },
            conversing: { ...embeddedConversing, turns: 1 },
            recipe,
            seed,
          }),
      }),
    },
  })

const byCookbook = (python: string, folder: string) =>
  Effect.gen(function* () {
    const install = yield* findInstall()
    const server = yield* EmbeddedServer.make({ install, folder: join(folder, "trainer") })
    const settings = {
      openings,
      system: embeddedConversing.system,
      prompts: recipe.prompts,
      rollouts: recipe.rollouts,
      max_tokens: embeddedConversing.maxTokens,
      learning_rate: recipe.learningRate,
      rank: recipe.rank,
      kl: recipe.kl,
    }
    const { name, folder: model } = server.model
    const output = yield* runProgram(
      python,
      [local("./cookbook.py"), server.url, name, join(folder, "log"), model, JSON.stringify(settings)],
      { TINKER_API_KEY: "tml-none", HF_HUB_OFFLINE: "1" },
    )
    return (yield* Schema.decode(Seconds)(output.trim().split("\n").at(-1) ?? "")).seconds
  }).pipe(Effect.scoped, Effect.provide([NodeContext.layer, NodeHttpClient.layerUndici]))

const Seconds = Schema.parseJson(Schema.Struct({ seconds: Schema.Number }))

const version = "0.5.0"
const packages = ["tinker==0.25.0", `tinker-cookbook==${version}`]

/** A Python that has it: installed with the uv that set-up keeps in the cache folder. */
const installed = Effect.fnUntraced(function* (say: CookbookBenchOptions["say"]) {
  const venv = join(cacheFolder(process.env), `cookbook-${version}`)
  const python = join(venv, "bin", "python")
  const marker = join(venv, "installed")
  if (existsSync(marker)) return python
  const uv = join(cacheFolder(process.env), "uv", "bin", "uv")
  const { python: own } = yield* findInstall().pipe(Effect.provide(NodeContext.layer))
  yield* say("installing tinker-cookbook, once: several gigabytes")
  yield* runProgram(uv, ["venv", "--clear", "--python", own, venv])
  yield* runProgram(uv, ["pip", "install", "--python", python, ...packages])
  yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.writeFileString(marker, packages.join("\n")))
  return python
})

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))
