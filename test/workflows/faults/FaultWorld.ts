/**
 * A home, an experiment and a scripted endpoint that plays both sides of its conversations. Every service is the real
 * one; only the clock of model calls is virtual, so that nobody waits for an outage to end.
 */
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Judge } from "../../../layers/evaluation/Judge.ts"
import { Driver, Home, Runner } from "../../../src/index.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import type { UnderstudyConfig } from "../../../workflows/config/UnderstudyConfig.ts"
import { sourceOf } from "../../../workflows/registry.ts"
import { servicesLayer } from "../../../workflows/Services.ts"
import type { Study } from "../../../workflows/Study.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import { asked } from "./asked.ts"
import type { Asked } from "./asked.ts"
import { makeVirtualClock } from "./virtualClock.ts"

/** What one side says when it is asked; undefined: its usual words. */
export type Script = (asked: Asked, arrival: Arrival) => Fault | undefined

export const faultWorld = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-faults-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
  )
  const time = makeVirtualClock()
  const script: { now: Script } = { now: () => undefined }
  const server = yield* scriptedOpenAi({
    everyFault: (arrival) => {
      time.busy()
      const request = asked(arrival)
      return script.now(request, arrival) ?? usual(request)
    },
  })
  const config: UnderstudyConfig = {
    endpoints: { default: { url: server.url } },
    models: {},
    trainer: { kind: "embedded" },
  }

  /** Runs what is left of the study in a home of this name. */
  const run = (study: Study, { home = "home", patience = "2 hours" }: RunOptions = {}) => {
    const paths = Home.paths(join(folder, home))
    const services = servicesLayer({
      config,
      home: paths,
      experiment: study.experiment.name,
      budgetMicros: undefined,
      steps: new Set(study.graph.nodes.map(({ id }) => id)),
      patience,
      onProgress: () => Effect.void,
    })
    const timed = Layer.effect(
      LanguageModel,
      Effect.map(LanguageModel, (model) =>
        LanguageModel.of({
          chat: (request) => Effect.withClock(model.chat(request), time.clock),
          complete: (request) => Effect.withClock(model.complete(request), time.clock),
        }),
      ),
    )
    // It has a model of its own already.
    const timedJudge = Layer.effect(
      Judge,
      Effect.map(Judge, (judge) =>
        Judge.of({ verdict: (...given) => Effect.withClock(judge.verdict(...given), time.clock) }),
      ),
    )
    return Driver.run(study.graph, { concurrency: 4, pollMillis: 20, sourceOf }).pipe(
      Effect.provide(Runner.layer(paths.engine)),
      Effect.provide(Layer.provideMerge(Layer.merge(timed, timedJudge), services)),
      Effect.provide(Home.Home.layer(paths.folder)),
      Effect.scoped,
    )
  }

  /** Reads the home, as `report` and `show` do. */
  const reading = <A, E, R>(effect: Effect.Effect<A, E, R>, home = "home") =>
    Effect.scoped(Effect.provide(effect, Home.Home.layerReader(join(folder, home))))

  return { folder, config, time, script, server, run, reading }
})

interface RunOptions {
  readonly home?: string
  readonly patience?: "2 hours" | "10 minutes"
}

/** No two turns are alike. */
const usual = ({ side, name, turn }: Asked): Fault =>
  side === "assistant" ? text(`About ${name} there is this: ${turn}.`) : responding(`and ${turn} more on ${name}?`)

export const text = (words: string, finish = "stop"): Fault => ({ kind: "text", text: words, finish })

export const responding = (response: string): Fault =>
  text(JSON.stringify({ current_answer: "so far", thought: "hm", response }))
