/** What the journal keeps of samples and training steps, and by which keys. */
import { Schema } from "effect"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Datum } from "../../src/domain/Datum.ts"
import { callKey } from "../../src/journal/CallKey.ts"
import type { PassResult } from "../../src/ports/Trainer.ts"

export const Logprobs = Schema.Array(Schema.Array(Schema.Number))
export type Logprobs = typeof Logprobs.Type

/** What the journal keeps of a training step: more than the log-probabilities only where the server tells more. */
export const TrainingAnswer = Schema.Union(Logprobs, Schema.Struct({ logprobs: Logprobs, gradientNorm: Schema.Number }))
export type TrainingAnswer = typeof TrainingAnswer.Type
export const decodeAnswer = Schema.decodeUnknown(TrainingAnswer)
export const decodeRef = Schema.decodeUnknownOption(ArtifactRef)

export const stepResult = (answer: TrainingAnswer): { readonly logprobs: Logprobs; readonly gradientNorm?: number } =>
  "logprobs" in answer ? answer : { logprobs: answer }

/** SkyRL calls it `skyrl.ai/grad_norm`. */
export const gradientNormIn = (metrics: Readonly<Record<string, number>>) =>
  Object.entries(metrics).find(([name, value]) => /(^|\W)grad(ient)?_norm$/.test(name) && Number.isFinite(value))?.[1]

export const KeptSample = Schema.Struct({
  tokens: Schema.Array(Schema.Int),
  logprobs: Schema.Array(Schema.Number),
  stopReason: Schema.Literal("stop", "length"),
})

/** The identity after a step names the state before, the data and the optimizer's settings. */
export const trainingKey = (identity: string) =>
  callKey({ kind: "train", model: identity, body: {}, sampleIndex: 0, scope: "" })

export const savingKey = (identity: string) =>
  callKey({ kind: "train", model: identity, body: { save: true }, sampleIndex: 0, scope: "" })

export const logprobsOf = ({ logprobs }: PassResult["outputs"][number]) => logprobs

export const readOnly = (promptTokens: number) => ({ promptTokens, completionTokens: 0 })

export const tokensOf = (datums: ReadonlyArray<Datum>) =>
  readOnly(datums.reduce((sum, { modelInput }) => sum + modelInput.length, 0))

export const largestDifference = (a: Logprobs, b: Logprobs) =>
  a.reduce(
    (most, row, i) => row.reduce((high, value, j) => Math.max(high, Math.abs(value - (b[i]?.[j] ?? 0))), most),
    0,
  )
