/**
 * Our own share of a GRPO step on the embedded trainer: of the second iteration of an assistant, from the first one's
 * saved state to its own. Two shares are taken, and the larger one is the value:
 *
 * - waiting: wall time in which no request to the trainer was under way, such as a wave of samples that waits to be
 *   full, the state being packed and stored, the journal and the engine;
 * - work: processor time of this process, which the trainer lacks on a machine that it fills.
 *
 * The trainer's compilations count as its own time. Against the wall time of the step.
 */
import { FileSystem } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import { Judge } from "../../layers/evaluation/Judge.ts"
import * as Personas from "../../layers/generation/personas.ts"
import { Budget } from "../../layers/llm/Budget.ts"
import { defaultLlmConfig } from "../../layers/llm/LlmConfig.ts"
import * as Model from "../../layers/llm/Model.ts"
import * as ModelClients from "../../layers/llm/ModelClients.ts"
import { embeddedGrpo } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { Driver, Experiment, Grid, Home, Runner } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { hashFiles } from "../cli/LoadExperiment.ts"
import { embeddedConversing } from "../stages/Conversing.ts"
import { embeddedCorpus } from "../stages/Corpus.ts"
import { RolePlay } from "../stages/RolePlay.ts"
import { Split } from "../stages/Split.ts"
import { TrainAssistant } from "../stages/TrainAssistant.ts"
import { makeStudy } from "../Study.ts"
import { policiesOptions, trainerLayer } from "../TrainerServices.ts"
import { BenchBroken } from "./BenchResult.ts"
import type { BenchResult } from "./BenchResult.ts"
import { makeTrainerMeter } from "./TrainerMeter.ts"
import { rounded } from "./timing.ts"

export interface TrainerBenchOptions {
  /** Percent of the wall time. */
  readonly target: number
  readonly say: (line: string) => Effect.Effect<void>
}

/** Needs the embedded trainer installed, and a file system for a home, which is removed afterwards. */
export const trainerBench = ({ target, say }: TrainerBenchOptions) =>
  Effect.gen(function* () {
    const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
    const study = makeStudy(experiment, yield* hashFiles(experiment))
    const meter = makeTrainerMeter()
    const marks: Array<Mark> = []
    const saved = Effect.sync(() => void marks.push(mark(meter.busy())))
    const outcomes = yield* Driver.run(study.graph, { concurrency: 1, pollMillis: 50 }).pipe(
      Effect.provide(services(Home.paths(folder), meter.watch, saved, say)),
      Effect.provide(Home.Home.layer(folder)),
    )
    const stopped = [...outcomes].find(([, { _tag }]) => _tag !== "Done")
    const [from, to] = marks
    if (stopped !== undefined || from === undefined || to === undefined) {
      return yield* BenchBroken.make({ detail: `the assistant was not trained: ${JSON.stringify(stopped)}` })
    }
    const wall = to.wall - from.wall
    const waiting = ((wall - (to.busy - from.busy)) / wall) * 100
    const work = ((to.cpu - from.cpu) / wall) * 100
    const value = rounded(Math.max(waiting, work))
    return {
      bench: "trainer",
      value,
      target,
      met: value <= target,
      unit: "percent of a GRPO step's wall time",
      against: `a step of ${rounded(wall / 1000)} s: ${rounded(waiting)}% with nothing asked of the trainer, ${rounded(work)}% processor time of this process`,
    } satisfies BenchResult
  }).pipe(Effect.scoped, Effect.withSpan("trainerBench"))

/** In milliseconds since the process began. */
interface Mark {
  readonly wall: number
  readonly cpu: number
  readonly busy: number
}

const mark = (busy: number): Mark => {
  const { user, system } = process.cpuUsage()
  return { wall: performance.now(), cpu: (user + system) / 1000, busy }
}

/** The demo's assistant, with two iterations. */
const experiment = Experiment.make("trainer-bench", {
  grids: {
    main: Grid.make({
      axes: { seed: [1] },
      experiment: ({ seed }) =>
        TrainAssistant({
          split: Split({ corpus: embeddedCorpus() }),
          base: Model.embedded,
          simulator: RolePlay({ model: Model.embedded }),
          persona: Personas.plain,
          reward: {
            _tag: "ChecklistReward",
            own: false,
            checks: [{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }, { kind: "addresses-user" }],
          },
          conversing: embeddedConversing,
          recipe: { ...embeddedGrpo, iterations: 2 },
          seed,
        }),
    }),
  },
})

/** As a run has them, but for the watch on the trainer and a mark at every saved state. */
const services = (
  paths: Home.Paths,
  watch: (trainer: Trainer["Type"]) => Trainer["Type"],
  saved: Effect.Effect<void>,
  onProgress: (line: string) => Effect.Effect<void>,
) => {
  const choice = { kind: "embedded" } as const
  const trainer = Layer.map(
    trainerLayer(choice, { folder: paths.trainer, patience: "10 minutes", onProgress }),
    (context) => Context.add(context, Trainer, watch(Context.get(context, Trainer))),
  )
  const policies = Layer.map(Policies.layer(policiesOptions(choice)), (context) => {
    const inner = Context.get(context, Policies)
    return Context.add(context, Policies, {
      ...inner,
      save: (policy, caller) => Effect.zipLeft(inner.save(policy, caller), saved),
    })
  })
  return Layer.merge(policies, Judge.layer).pipe(
    Layer.provideMerge(ModelClients.layer({ config: defaultLlmConfig, run: "bench" })),
    Layer.provide(Budget.unlimited),
    Layer.provideMerge(trainer),
    Layer.merge(Runner.layer(paths.engine)),
  )
}
