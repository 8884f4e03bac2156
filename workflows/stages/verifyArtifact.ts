/** Reads an artifact to its end, so that damage shows, and is set right, where its content was met in pieces. */
import { Effect, Stream } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ArtifactStore } from "../../src/index.ts"

/** Fails where the file is missing, damaged or unreadable; what is damaged was moved aside. */
export const verifyArtifact = (ref: ArtifactRef) =>
  Effect.flatMap(ArtifactStore, (store) => Stream.runDrain(store.stream(ref)))
