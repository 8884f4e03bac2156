/** Steps over a small corpus on a scripted chat endpoint, with what they come to. */
import { Effect, Option } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ArtifactStore, Home, StepLedger } from "../../../src/index.ts"
import type { ArtifactRef } from "../../../src/index.ts"
import { hashFiles } from "../../../workflows/cli/LoadExperiment.ts"
import * as U from "../../../workflows/index.ts"
import { runStudy } from "../../../workflows/runStudy.ts"
import { makeStudy } from "../../../workflows/Study.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import { corpusRows } from "./simulatorWorld.ts"

export const replayWorld = (answers: (arrival: Arrival) => Fault | undefined) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-replay-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    )
    const corpus = join(folder, "corpus.jsonl")
    const rows = corpusRows(90).map((row) => `${JSON.stringify(row)}\n`)
    writeFileSync(corpus, rows.join(""))
    const openai = yield* scriptedOpenAi({ everyFault: answers })
    const home = join(folder, "home")
    const split = U.Split({
      corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }),
      shares: { simulator: 0.3, assistant: 0.1, validation: 0.1, test: 0.5 },
    })

    const reading = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, Home.Home.layerReader(home))

    /** The outputs of the steps as they are kept, by label; undefined where a step did not end. */
    const run = Effect.fnUntraced(function* (steps: Readonly<Record<string, U.Step.AnyStep>>) {
      const experiment = U.Experiment.make("replays", {
        grids: { main: U.Grid.make({ axes: { step: steps }, experiment: (cell) => cell.step }) },
        collect: () => [],
      }) as U.Experiment.Experiment<unknown>
      const study = makeStudy(experiment, yield* hashFiles(experiment))
      const ran = yield* runStudy(study, {
        config: {
          endpoints: { default: { url: openai.url } },
          models: {},
          trainer: { kind: "tinker", url: openai.url, tokenizers: {} },
        },
        home,
        offline: false,
        budget: undefined,
        concurrency: 4,
        patience: "1 second",
        say: () => Effect.void,
        live: () => Effect.void,
      })
      const outputs = yield* reading(
        Effect.gen(function* () {
          const { find } = yield* StepLedger
          return yield* Effect.forEach(Object.entries(steps), ([label, step]) =>
            Effect.map(
              find(study.graph.ids.get(step) ?? ""),
              (entry) => [label, Option.getOrUndefined(entry)?.output] as const,
            ),
          )
        }),
      )
      return { ran, outputs: Object.fromEntries(outputs) }
    }, Effect.scoped)

    const linesOf = (ref: ArtifactRef) =>
      reading(
        Effect.gen(function* () {
          const bytes = yield* (yield* ArtifactStore).get(ref)
          return Buffer.from(bytes)
            .toString("utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line): unknown => JSON.parse(line))
        }),
      )

    return { split, openai, run, linesOf }
  })

/** What was asked for a user turn: of which conversation, and how many answers were given before it. */
export const askedFor = ({ body }: Arrival) => {
  const text = JSON.stringify(body["messages"])
  const river = Number(/about river (\d+)/.exec(text)?.[1])
  return { river, userTurns: 1 + (river % 4), answered: text.split("ASSISTANT: ").length - 1 }
}

export const response = (text: string): Fault => ({
  kind: "text",
  text: JSON.stringify({ current_answer: "-", thought: "-", response: text }),
})
