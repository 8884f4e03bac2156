/** A call's identity: everything that can change its answer, and nothing else (contract 1). */
import { contentHash } from "../domain/CanonicalJson.ts"

export interface CallIdentity {
  readonly kind: "chat" | "completion" | "sample" | "train" | "score"
  /** Dated name, weights revision with chat template and precision, or content of a program; never an endpoint. */
  readonly model: string
  /** The whole request body, or the tokens and parameters of a sample. */
  readonly body: Readonly<Record<string, unknown>>
  /** Tells repeated samples of one request apart. */
  readonly sampleIndex: number
  /** The run, for models whose identity is unknown; empty otherwise. */
  readonly scope: string
}

/** Fields of a request body that can't change the answer: transport, accounts and tracing. */
export const excluded: ReadonlySet<string> = new Set([
  "metadata",
  "model",
  "prompt_cache_key",
  "safety_identifier",
  "service_tier",
  "store",
  "stream",
  "stream_options",
  "timeout",
  "user",
])

/** Lower-case hex SHA-256. `model` in the body gives way to the identity, since endpoints rename models. */
export const callKey = ({ kind, model, body, sampleIndex, scope }: CallIdentity): string => {
  const kept = Object.fromEntries(Object.entries(body).filter(([field]) => !excluded.has(field)))
  return contentHash({ v: 1, kind, model, body: kept, sampleIndex, scope })
}
