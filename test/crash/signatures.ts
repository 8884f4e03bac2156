/**
 * What ties a model call at a server to the journal: the question with the answer, which tells the weights that were
 * asked, since no two weights give the same log-probabilities.
 */
import { contentHash } from "../../src/domain/CanonicalJson.ts"
import type { JournaledCall } from "../../src/index.ts"

type Logprobs = ReadonlyArray<number>

export const chatSignature = (body: unknown) => contentHash(["chat", body])
export const sampleSignature = (prompt: ReadonlyArray<number>, seed: number, { tokens, logprobs }: Sampled) =>
  contentHash(["sample", prompt, seed, tokens, logprobs])
export const scoreSignature = (tokens: ReadonlyArray<number>, logprobs: Logprobs) =>
  contentHash(["score", tokens, logprobs])
export const forwardSignature = (logprobs: ReadonlyArray<Logprobs>) => contentHash(["forward", logprobs])
export const trainSignature = (logprobs: ReadonlyArray<Logprobs>) => contentHash(["train", logprobs])
/** The name of a saved state tells the identity that was saved. */
export const saveSignature = (name: string) => contentHash(["save", name])

export interface Sampled {
  readonly tokens: ReadonlyArray<number>
  readonly logprobs: Logprobs
}

export const signatureOf = ({ kind, request, answer }: JournaledCall): string => {
  if (kind === "chat") return chatSignature(request)
  const asked = request as KeptRequest
  if (asked.save !== undefined) return saveSignature(`state-${asked.save.slice(0, 24)}`)
  if (asked.score !== undefined) return scoreSignature(asked.score, answer as Logprobs)
  if (asked.forward !== undefined) return forwardSignature(answer as ReadonlyArray<Logprobs>)
  if (kind === "train") {
    // With the gradient's norm where the server tells it.
    const kept = answer as ReadonlyArray<Logprobs> | { readonly logprobs: ReadonlyArray<Logprobs> }
    return trainSignature("logprobs" in kept ? kept.logprobs : kept)
  }
  return sampleSignature(asked.prompt ?? [], asked.seed ?? 0, answer as Sampled)
}

/** The request of a sample, a score, a pass or a save, as `Policies` keeps it. */
export interface KeptRequest {
  readonly save?: string
  readonly score?: ReadonlyArray<number>
  readonly forward?: number
  readonly prompt?: ReadonlyArray<number>
  readonly seed?: number
  /** Of the policy before a training step. */
  readonly identity?: string
}
