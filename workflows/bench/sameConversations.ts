/** Whether two preparations came to the same: the same conversations in the same parts, in the same order. */
import { Effect, Stream } from "effect"
import { createReadStream } from "node:fs"
import { createHash } from "node:crypto"
import { byteLines } from "../../layers/generation/corpus/byteLines.ts"
import type { SplitResult } from "../../src/domain/Results.ts"
import { ArtifactStore } from "../../src/index.ts"
import { BenchBroken } from "./BenchResult.ts"

/** `folder` holds train, validation and test as JSONL. */
export const sameConversations = Effect.fn("sameConversations")(function* (split: SplitResult, folder: string) {
  const store = yield* ArtifactStore
  for (const [name, part] of Object.entries({
    train: split.simulator,
    validation: split.validation,
    test: split.test,
  })) {
    const ours = yield* idsHash(store.stream(part.conversations))
    const theirs = yield* idsHash(Stream.fromAsyncIterable(createReadStream(`${folder}/${name}.jsonl`), String))
    if (ours !== theirs) return yield* BenchBroken.make({ detail: `the two preparations differ in ${name}` })
  }
})

/** Both begin a line with the id. */
const idsHash = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Stream.runFold(byteLines(bytes), createHash("sha256"), (hash, lines) => {
    for (const line of lines) hash.update(/^\{"id": ?"([^"]*)"/.exec(line.toString("utf8", 0, 200))?.[1] ?? "?")
    return hash
  }).pipe(
    Effect.map((hash) => hash.digest("hex")),
    Effect.mapError((error) => BenchBroken.make({ detail: String(error) })),
  )
