/** Splits a corpus so that whoever wrote a held-out conversation wrote none that is trained on. */
import { Effect, Schema } from "effect"
import { splitByUser } from "../../layers/generation/splitByUser.ts"
import { CorpusResult, SplitResult } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, Step, StageFailure } from "../../src/index.ts"
import { conversations } from "./conversations.ts"

export const Split = Stage.make({
  name: "Split",
  version: 1,
  input: {
    corpus: Step.of(CorpusResult),
    /** Share of the conversations. */
    heldOut: Schema.Number.pipe(Schema.between(0.01, 0.9), Schema.optionalWith({ default: () => 0.25 })),
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: SplitResult,
  run: ({ corpus, heldOut, seed }) =>
    Shard.once(
      "split",
      SplitResult,
      Effect.gen(function* () {
        const all = yield* conversations.read(corpus.conversations)
        const parts = splitByUser(all, { heldOut, seed })
        const users = (part: typeof all) => new Set(part.map(({ user }) => user)).size
        if (users(parts.train) === 0 || users(parts.heldOut) === 0) {
          return yield* StageFailure.make({
            kind: "operator",
            reason: `The corpus has ${users(all)} user(s), and a split needs two.`,
            advice: 'Take a larger corpus, or say users: "each-row" where the data has no user ids.',
          })
        }
        return SplitResult.make({
          train: yield* conversations.write(parts.train),
          heldOut: yield* conversations.write(parts.heldOut),
          counts: {
            trainConversations: parts.train.length,
            trainUsers: users(parts.train),
            heldOutConversations: parts.heldOut.length,
            heldOutUsers: users(parts.heldOut),
          },
        })
      }),
    ),
  estimate: ({ corpus }, sizeOf) => Estimate.free(sizeOf(corpus)),
})
