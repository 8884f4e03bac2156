/** Reads a corpus of logged conversations, once, into an artifact that everything later works from. */
import { Either, Effect, Schema, Stream } from "effect"
import { fileURLToPath } from "node:url"
import { rows } from "../../layers/generation/CorpusFile.ts"
import { CorpusResult } from "../../src/domain/Results.ts"
import { Estimate, FileRef, Shard, Stage } from "../../src/index.ts"
import { asStageFailure } from "./failures.ts"
import { conversations } from "./conversations.ts"

/** Conversations in the WildChat schema, JSONL or JSONL.gz. `users` says who wrote each: see `CorpusFile`. */
export const Corpus = Stage.make({
  name: "Corpus",
  version: 1,
  input: {
    file: FileRef,
    users: Schema.Literal("hashed-ip", "each-row").pipe(Schema.optionalWith({ default: () => "hashed-ip" as const })),
    /** Leaves bad rows out and counts them by reason, instead of stopping at the first. */
    skipInvalid: Schema.Boolean.pipe(Schema.optionalWith({ default: () => false })),
  },
  output: CorpusResult,
  run: ({ file, users, skipInvalid }) =>
    Shard.once(
      "read",
      CorpusResult,
      Effect.gen(function* () {
        const read = yield* Stream.runCollect(rows(file.path, users)).pipe(
          Effect.map((all) => [...all]),
          asStageFailure,
        )
        const bad = read.filter(Either.isLeft).map(({ left }) => left)
        if (!skipInvalid && bad[0] !== undefined) return yield* asStageFailure(Effect.fail(bad[0]))
        const good = read.filter(Either.isRight).map(({ right }) => right)
        const reasons = [...new Set(bad.map(({ reason }) => reason))]
        return CorpusResult.make({
          conversations: yield* conversations.write(good),
          count: good.length,
          users: new Set(good.map(({ user }) => user)).size,
          skipped: reasons.map((reason) => ({ reason, count: bad.filter((row) => row.reason === reason).length })),
        })
      }),
    ),
  estimate: () => Estimate.free(1000),
})

/** The small synthetic corpus that comes with the package; see its data card. */
export const embeddedCorpus = () =>
  Corpus({
    file: FileRef.make({
      path: fileURLToPath(new URL("../../layers/generation/corpus/embedded.jsonl", import.meta.url)),
    }),
  })
