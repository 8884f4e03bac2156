/** Policies over a home folder and a scripted trainer, as a process has them. */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { CheckpointFiles } from "../../../layers/training/CheckpointFiles.ts"
import { Policies } from "../../../layers/training/Policies.ts"
import type { PoliciesOptions } from "../../../layers/training/Policies.ts"
import { untrained } from "../../../layers/training/Policy.ts"
import type { Policy, TrainingRequest } from "../../../layers/training/Policy.ts"
import type { TinkerTiming } from "../../../layers/training/tinker/TinkerHttp.ts"
import * as TinkerTrainer from "../../../layers/training/tinker/TinkerTrainer.ts"
import { ArtifactStore } from "../../../src/index.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"
import { adam, datum, quick } from "./tinker/tinkerFixtures.ts"

export const base = { provider: "embedded", name: "scripted-base" } as const
export const start = untrained(base, { rank: 8, seed: 1 })
export const request = (seed: number): TrainingRequest => ({
  datums: [{ ...datum, mask: [0, seed, 1] }],
  loss: { kind: "cross_entropy" },
  adam,
})
export const trainer = { role: "trainer", step: "s" } as const
export const question = {
  prompt: [5, 6, 7],
  maxTokens: 6,
  temperature: 1,
  stop: [2],
  caller: { role: "assistant", step: "s" },
} as const

const codec = () => {
  const tokenizer = makeTokenizer(vocabulary, config)
  return Effect.succeed({ tokenizer, template: makeChatTemplate(tokenizer) })
}

/** Another one over the same home goes on. */
export const services = (
  url: string,
  home: string,
  tolerance = 0,
  timing: Partial<TinkerTiming> = quick,
  options: Partial<PoliciesOptions> = {},
) =>
  Policies.layer({ places: 2, waves: { size: 4, quietMillis: 1 }, tolerance, codec, ...options }).pipe(
    Layer.provide(TinkerTrainer.layer({ url, timing })),
    Layer.provide(CheckpointFiles.layerKeptBy(url)),
    Layer.provide(ArtifactStore.layer(join(home, "artifacts"))),
    Layer.provideMerge(CallJournal.layer(join(home, "journal.db"))),
    Layer.provide(NodeHttpClient.layerUndici),
  )

export const home = () => mkdtempSync(join(tmpdir(), "understudy-policies-"))
export const sampled = (policy: Policy, seed: number) =>
  Effect.gen(function* () {
    const model = yield* (yield* Policies).model(policy)
    return (yield* model.sample({ ...question, seed })).tokens
  })
