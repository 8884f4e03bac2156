/**
 * One GRPO step of an experiment on an embedded trainer of its own: of the second iteration of its one assistant, from
 * the first one's saved state to its own, with our share of it. The trainer's compilations count as its own time.
 */
import { FileSystem } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import { Judge } from "../../layers/evaluation/Judge.ts"
import { Budget } from "../../layers/llm/Budget.ts"
import { defaultLlmConfig } from "../../layers/llm/LlmConfig.ts"
import * as ModelClients from "../../layers/llm/ModelClients.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { Driver, Home, Runner } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { hashFiles } from "../cli/LoadExperiment.ts"
import { makeStudy } from "../Study.ts"
import { policiesOptions, trainerLayer } from "../TrainerServices.ts"
import { BenchBroken } from "./BenchResult.ts"
import { makeTrainerMeter } from "./TrainerMeter.ts"

export interface MeasuredStep {
  readonly seconds: number
  /** Percent of the wall time in which no request to the trainer was under way. */
  readonly waiting: number
  /** Processor time of this process, in percent of the wall time. */
  readonly work: number
}

/** Needs the embedded trainer installed, and a file system for a home, which is removed afterwards. */
export const measureStep = Effect.fn("measureStep")(function* (
  experiment: Parameters<typeof hashFiles>[0],
  say: (line: string) => Effect.Effect<void>,
) {
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
  const step: MeasuredStep = {
    seconds: wall / 1000,
    waiting: ((wall - (to.busy - from.busy)) / wall) * 100,
    work: ((to.cpu - from.cpu) / wall) * 100,
  }
  return step
}, Effect.scoped)

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
