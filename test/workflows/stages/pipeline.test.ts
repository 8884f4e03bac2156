import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { Judge } from "../../../layers/evaluation/Judge.ts"
import { impatient, plain } from "../../../layers/generation/personas.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { CheckpointFiles } from "../../../layers/training/CheckpointFiles.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import * as TinkerTrainer from "../../../layers/training/tinker/TinkerTrainer.ts"
import { AssistantResult, EvaluationResult, FineTunedResult } from "../../../src/domain/Results.ts"
import { Driver, FileRef, Graph, Home, Runner } from "../../../src/index.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { Corpus } from "../../../workflows/stages/Corpus.ts"
import { crossMatrix } from "../../../workflows/stages/crossMatrix.ts"
import { InitialAssistant } from "../../../workflows/stages/InitialAssistant.ts"
import { FineTuned } from "../../../workflows/stages/FineTuned.ts"
import { RolePlay } from "../../../workflows/stages/RolePlay.ts"
import { Split } from "../../../workflows/stages/Split.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { TrainAssistant } from "../../../workflows/stages/TrainAssistant.ts"
import { quick } from "../../layers/training/tinker/tinkerFixtures.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-pipeline-"))
afterAll(() => rmSync(folder, { recursive: true }))

const corpusFile = join(folder, "corpus.jsonl")
writeFileSync(
  corpusFile,
  Array.from({ length: 24 }, (_, i) => ({
    conversation_hash: `c${i}`,
    hashed_ip: `u${i % 8}`,
    intent: `to learn about ${i}`,
    conversation: [
      { role: "user", content: `What is number ${i}?` },
      { role: "assistant", content: `It comes after ${i - 1}.` },
      { role: "user", content: "ok and then?" },
      { role: "assistant", content: `Then comes ${i + 1}.` },
    ],
  }))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join(""),
)

const base = { provider: "embedded", name: "scripted-base" } as const
const shares = { simulator: 0.4, assistant: 0.25, validation: 0.1, test: 0.25 }
const split = Split({ corpus: Corpus({ file: FileRef.make({ path: corpusFile }) }), shares })
const recipe = {
  rank: 4,
  learningRate: 1e-3,
  batchSize: 4,
  maxTokens: 400,
  conversations: 10,
  heldOut: 4,
  saveEvery: 2,
}
const simulators = {
  "role-play": RolePlay({ model: base }),
  "fine-tuned": FineTuned({ split, base, condition: "persona", recipe }),
}
const reward = { _tag: "ChecklistReward", checks: [{ kind: "words", max: 6 }] } as const
const conversing = { turns: 2, maxTokens: 8 }
const train = (simulator: keyof typeof simulators) =>
  TrainAssistant({
    split,
    base,
    simulator: simulators[simulator],
    persona: plain,
    reward,
    recipe: { rank: 4, learningRate: 1e-3, iterations: 2, prompts: 2, rollouts: 3, kl: 0.1 },
    conversing,
  })
const assistants = {
  initial: InitialAssistant({ model: base }),
  "role-play": train("role-play"),
  "fine-tuned": train("fine-tuned"),
}
const matrix = crossMatrix({
  split,
  assistants,
  columns: [
    { simulator: "role-play", persona: plain, heldOut: false, step: simulators["role-play"] },
    { simulator: "fine-tuned", persona: plain, heldOut: false, step: simulators["fine-tuned"] },
    { simulator: "role-play", persona: impatient, heldOut: true, step: simulators["role-play"] },
  ],
  settings: { reward, conversing, prompts: 4 },
})
const graph = Graph.make(
  matrix.map(({ evaluation }) => evaluation),
  new Map([[corpusFile, "0".repeat(64)]]),
)

const codec = () => {
  const tokenizer = makeTokenizer(vocabulary, config)
  return Effect.succeed({ tokenizer, template: makeChatTemplate(tokenizer) })
}
const silent = LanguageModel.of({ chat: () => Effect.die("not used"), complete: () => Effect.die("not used") })

const services = (url: string, home: string) =>
  Layer.merge(Policies.layer({ places: 2, waves: { size: 8, quietMillis: 1 }, codec }), Judge.layer).pipe(
    Layer.provideMerge(Layer.merge(TinkerTrainer.layer({ url, timing: quick }), CheckpointFiles.layerKeptBy(url))),
    Layer.provideMerge(Layer.succeed(LanguageModel, silent)),
    Layer.provideMerge(Home.Home.layer(home)),
    Layer.merge(Runner.layer(join(home, "engine.db"))),
    Layer.provide(NodeHttpClient.layerUndici),
  )

const drive = Effect.gen(function* () {
  const outcomes = yield* Driver.run(graph, { concurrency: 2, pollMillis: 5 })
  return new Map(
    [...outcomes].map(([id, outcome]) => [
      id,
      outcome._tag === "Done" ? outcome.output : assert.fail(JSON.stringify(outcome)),
    ]),
  )
})
const outputOf = <A, I>(outputs: ReadonlyMap<string, unknown>, step: object, schema: Schema.Schema<A, I>) => {
  const id = [...graph.ids].find(([one]) => one === step)?.[1] ?? ""
  return Schema.validateSync(schema)(outputs.get(id))
}

describe("the pipeline", () => {
  it.scopedLive(
    "fine-tunes, trains and evaluates, and a second run asks nobody anything",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const home = join(folder, "home")
        const outputs = yield* Effect.provide(drive, services(server.url, home))

        const tuned = outputOf(outputs, simulators["fine-tuned"], FineTunedResult)
        assert.strictEqual(tuned.losses.length, 3)
        assert.isBelow(tuned.perplexity.after, tuned.perplexity.before)
        const trained = outputOf(outputs, assistants["fine-tuned"], AssistantResult)
        assert.strictEqual(trained.curve.length, 2)
        assert.deepStrictEqual(
          trained.curve.map(({ rollouts }) => rollouts),
          [6, 6],
        )
        const cells = matrix.map(({ evaluation }) => outputOf(outputs, evaluation, EvaluationResult))
        assert.isTrue(cells.every(({ rollouts, reward }) => rollouts === 4 && reward !== null))

        const arrivals = server.arrivals.length
        const again = yield* Effect.provide(drive, services(server.url, home))
        assert.deepStrictEqual(JSON.stringify([...again]), JSON.stringify([...outputs]))
        assert.strictEqual(server.arrivals.length, arrivals)
      }),
    60_000,
  )

  it.scopedLive(
    "evaluates every assistant on the same held-out prompts, none of them trained on",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        const prompts = yield* Effect.gen(function* () {
          const outputs = yield* drive
          const curve = outputOf(outputs, assistants["role-play"], AssistantResult).curve
          const seen = yield* Effect.forEach(curve, ({ transcripts }) => rollouts.read(transcripts))
          const held = yield* Effect.forEach(matrix, ({ evaluation }) =>
            rollouts.read(outputOf(outputs, evaluation, EvaluationResult).transcripts),
          )
          return {
            trained: seen.flat().map(({ prompt }) => prompt),
            held: held.map((cell) => cell.map(({ prompt }) => prompt)),
          }
        }).pipe(Effect.provide(services(server.url, join(folder, "other"))))
        assert.isTrue(prompts.held.every((cell) => String(cell) === String(prompts.held[0])))
        assert.isFalse(prompts.held.flat().some((prompt) => prompts.trained.includes(prompt)))
      }),
    60_000,
  )
})
