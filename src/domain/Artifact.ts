/** References to immutable files. Outputs name artifacts, never paths or server ids (contract 8). */
import { Schema } from "effect"

/** Lower-case hex SHA-256. */
export const Sha256 = Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/), Schema.brand("Sha256"))
export type Sha256 = typeof Sha256.Type

/** A file in the artifact store, by its content. `bytes` is its size on disk. */
export const ArtifactRef = Schema.Struct({ sha256: Sha256, bytes: Schema.NonNegativeInt })
export type ArtifactRef = typeof ArtifactRef.Type
