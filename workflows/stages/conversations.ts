/** Conversations and rollouts as artifacts: JSON lines, one record a line. */
import { Effect, Schema, Stream } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { Conversation } from "../../src/domain/Conversation.ts"
import { Rollout } from "../../src/domain/Rollout.ts"
import { ArtifactStore } from "../../src/index.ts"
import type { StageFailure } from "../../src/index.ts"
import { asStageFailure, toStageFailure } from "./failures.ts"
import { verifyArtifact } from "./verifyArtifact.ts"

/** A kind of record as JSONL artifacts. */
export const lines = <A, I>(record: Schema.Schema<A, I>) => {
  const encode = Schema.encode(Schema.parseJson(record))
  const decode = Schema.decodeUnknown(Schema.Array(Schema.parseJson(record)))
  const decodeOne = Schema.decodeUnknown(Schema.parseJson(record))
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
    /** One record after the other, in bounded memory. */
    stream: (ref: ArtifactRef) =>
      Stream.unwrap(Effect.map(ArtifactStore, (store) => store.stream(ref))).pipe(
        Stream.decodeText("utf8"),
        Stream.splitLines,
        Stream.filter((line) => line !== ""),
        // A damaged file is known for sure at its end: its first strange line is no reason to blame its records.
        Stream.mapEffect((line) => Effect.tapError(decodeOne(line), () => verifyArtifact(ref))),
        Stream.mapError(toStageFailure),
      ),
    /** Records as they come, in bounded memory. */
    writeStream: <R>(records: Stream.Stream<A, StageFailure, R>) =>
      Effect.gen(function* () {
        const store = yield* ArtifactStore
        const writer = yield* asStageFailure(store.writer)
        yield* records.pipe(
          Stream.mapEffect((record) => asStageFailure(encode(record))),
          Stream.grouped(500),
          Stream.runForEach((batch) =>
            asStageFailure(writer.write(Buffer.from([...batch].map((line) => `${line}\n`).join("")))),
          ),
        )
        return yield* asStageFailure(writer.finish)
      }).pipe(Effect.scoped),
    /** The records of all, in their order, as one artifact; copied piece by piece. */
    join: (refs: ReadonlyArray<ArtifactRef>) =>
      Effect.gen(function* () {
        const store = yield* ArtifactStore
        const writer = yield* store.writer
        yield* Effect.forEach(refs, (ref) => Stream.runForEach(store.stream(ref), writer.write), { discard: true })
        return yield* writer.finish
      }).pipe(Effect.scoped, asStageFailure),
  }
}

export const conversations = lines(Conversation)
export const rollouts = lines(Rollout)
