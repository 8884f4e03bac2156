/** Seeds and seeded generators. Every random choice comes from here, so that a run can be repeated and arms paired. */
import { Effect, Hash, Random } from "effect"
import { contentHash } from "./CanonicalJson.ts"

/**
 * A seed in [0, 2^31) from the SHA-256 of the parts. By contract 7 the parts are (replicate seed, purpose, prompt,
 * sample index), never a cell or a step: compared arms then see the same draws.
 */
export const deriveSeed = (parts: ReadonlyArray<string | number>): number =>
  Number.parseInt(contentHash(parts).slice(0, 8), 16) >>> 1
