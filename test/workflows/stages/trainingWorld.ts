/** Training assistants on a scripted trainer: a corpus, the services of a process over a home, and what steps come to. */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { Judge } from "../../../layers/evaluation/Judge.ts"
import { plain } from "../../../layers/generation/personas.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { CheckpointFiles } from "../../../layers/training/CheckpointFiles.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import type { PoliciesOptions } from "../../../layers/training/Policies.ts"
import { skyrlJax } from "../../../layers/training/tinker/TinkerDialect.ts"
import * as TinkerTrainer from "../../../layers/training/tinker/TinkerTrainer.ts"
import { TrainingLog } from "../../../layers/training/TrainingLog.ts"
import { AssistantResult } from "../../../src/domain/Results.ts"
import { Driver, FileRef, Graph, Home, Runner } from "../../../src/index.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { Corpus } from "../../../workflows/stages/Corpus.ts"
import { RolePlay } from "../../../workflows/stages/RolePlay.ts"
import { Split } from "../../../workflows/stages/Split.ts"
import { TrainAssistant } from "../../../workflows/stages/TrainAssistant.ts"
import { quick } from "../../layers/training/tinker/tinkerFixtures.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-training-"))
afterAll(() => rmSync(folder, { recursive: true }))
export const newHome = () => mkdtempSync(join(folder, "home-"))

const corpusFile = join(folder, "corpus.jsonl")
writeFileSync(
  corpusFile,
  Array.from({ length: 24 }, (_, i) => ({
    conversation_hash: `c${i}`,
    hashed_ip: `u${i % 12}`,
    conversation: [
      { role: "user", content: `What is number ${i}?` },
      { role: "assistant", content: `It comes after ${i - 1}.` },
    ],
  }))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join(""),
)

export const base = { provider: "embedded", name: "scripted-base" } as const
/** On a trainer elsewhere. */
export const remote = { provider: "trainable", name: "scripted-base", revision: "1" } as const
const shares = { simulator: 0.1, assistant: 0.4, validation: 0.4, test: 0.1 }
const split = Split({ corpus: Corpus({ file: FileRef.make({ path: corpusFile }) }), shares })

export const settings = { rank: 4, learningRate: 1e-3, iterations: 2, prompts: 2, rollouts: 3, kl: 0.1 }
type Input = Parameters<typeof TrainAssistant>[0]

/** With some settings of its recipe changed, and some inputs. */
export const training = (recipe: Partial<Input["recipe"]> = {}, input: Partial<Input> = {}) =>
  TrainAssistant({
    split,
    base,
    simulator: RolePlay({ model: base }),
    persona: plain,
    reward: { _tag: "ChecklistReward", checks: [{ kind: "words", max: 3 }] },
    conversing: { turns: 2, maxTokens: 8 },
    ...input,
    recipe: { ...settings, ...recipe },
  })

const codec = () => {
  const tokenizer = makeTokenizer(vocabulary, config)
  return Effect.succeed({ tokenizer, template: makeChatTemplate(tokenizer) })
}
const silent = LanguageModel.of({ chat: () => Effect.die("not used"), complete: () => Effect.die("not used") })

/** As one process has them; another one over the same home goes on. */
export const services = (
  url: string,
  home: string,
  languageModel = silent,
  dialect = skyrlJax,
  accounting: Pick<PoliciesOptions, "accounting"> = {},
) =>
  Layer.merge(
    Policies.layer({ places: 2, waves: { size: 8, quietMillis: 1 }, codec, ...accounting }),
    Judge.layer,
  ).pipe(
    Layer.provideMerge(
      Layer.merge(TinkerTrainer.layer({ url, timing: quick, dialect }), CheckpointFiles.layerKeptBy(url)),
    ),
    Layer.provideMerge(Layer.succeed(LanguageModel, languageModel)),
    Layer.provideMerge(Home.Home.layer(home)),
    Layer.merge(Runner.layer(join(home, "engine.db"))),
    Layer.merge(TrainingLog.layer(join(home, "metrics"))),
    Layer.provide(NodeHttpClient.layerUndici),
  )

/** The step's id and outcome. */
export const outcomeOf = Effect.fnUntraced(function* (step: ReturnType<typeof training>) {
  const graph = Graph.make([step], new Map([[corpusFile, "0".repeat(64)]]))
  const outcomes = yield* Driver.run(graph, { concurrency: 1, pollMillis: 5 })
  const id = graph.ids.get(step) ?? ""
  const outcome = outcomes.get(id)
  return outcome === undefined ? yield* Effect.dieMessage(`${id} has no outcome`) : { id, outcome }
})

/** Of a step that has to end well. */
export const trained = (step: ReturnType<typeof training>) =>
  Effect.flatMap(outcomeOf(step), ({ id, outcome }) =>
    outcome._tag === "Done"
      ? Effect.map(Schema.decodeUnknown(AssistantResult)(outcome.output), (result) => ({ id, ...result }))
      : Effect.dieMessage(JSON.stringify(outcome)),
  )
