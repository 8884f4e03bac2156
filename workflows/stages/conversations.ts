/** Conversations and rollouts as artifacts: JSON lines, one record a line. */
import { Effect, Schema } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { Conversation } from "../../src/domain/Conversation.ts"
import { Rollout } from "../../src/domain/Rollout.ts"
import { ArtifactStore } from "../../src/index.ts"
import { asStageFailure } from "./failures.ts"

/** A kind of record as JSONL artifacts. */
export const lines = <A, I>(record: Schema.Schema<A, I>) => {
  const encode = Schema.encode(Schema.parseJson(record))
  const decode = Schema.decodeUnknown(Schema.Array(Schema.parseJson(record)))
  return {
    write: (records: ReadonlyArray<A>) =>
      Effect.gen(function* () {
        const store = yield* ArtifactStore
        const encoded = yield* Effect.forEach(records, (record) => encode(record))
        return yield* store.put(Buffer.from(encoded.map((line) => `${line}\n`).join("")))
      }).pipe(asStageFailure),
    read: (ref: ArtifactRef) =>
      Effect.gen(function* () {
        const store = yield* ArtifactStore
        const text = Buffer.from(yield* store.get(ref)).toString("utf8")
        return yield* decode(text.split("\n").filter((line) => line !== ""))
      }).pipe(asStageFailure),
  }
}

export const conversations = lines(Conversation)
export const rollouts = lines(Rollout)
