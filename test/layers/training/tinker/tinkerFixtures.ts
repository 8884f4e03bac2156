/** A trainer on a scripted server, with short waits, and something to train on. */
import { NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import * as TinkerTrainer from "../../../../layers/training/tinker/TinkerTrainer.ts"
import type { TinkerTrainerOptions } from "../../../../layers/training/tinker/TinkerTrainer.ts"
import type { Datum } from "../../../../src/domain/Datum.ts"
import { Trainer } from "../../../../src/ports/Trainer.ts"

export const quick = {
  poll: "2 seconds",
  exchange: "2 seconds",
  pollFloor: "1 millis",
  backoff: "1 millis",
  backoffCap: "4 millis",
  billing: "1 millis",
  patience: "250 millis",
  heartbeat: "10 seconds",
  unload: "500 millis",
} as const

export const trainerOf = (url: string, options: Omit<TinkerTrainerOptions, "url"> = {}) =>
  TinkerTrainer.layer({ url, timing: quick, ...options }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.build,
    Effect.map(Context.get(Trainer)),
  )

export const model = { baseModel: "scripted-base", rank: 8, seed: 1 }
export const adam = { learningRate: 1e-3 }
export const supervised = { kind: "cross_entropy" } as const
export const datum: Datum = { modelInput: [5, 6, 7], targetTokens: [6, 7, 8], mask: [0, 1, 1] }
export const policyDatum: Datum = { ...datum, logprobs: [0, -1, -1], advantages: [0.5, 0.5, 0.5] }
export const question = { tokens: [5, 6, 7], maxTokens: 6, temperature: 1, seed: 3, stop: [2] }
