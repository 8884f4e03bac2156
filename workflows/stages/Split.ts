/** Makes a corpus ready: what is dropped from it, and its parts for training and evaluation. */
import { Effect, Schema } from "effect"
import { presetNames } from "../../layers/generation/corpus/presets.ts"
import { CorpusResult, SplitResult } from "../../src/domain/Results.ts"
import { Estimate, FileRef, Shard, Stage, Step } from "../../src/index.ts"
import { limitParts, Most } from "./limitParts.ts"
import { splitCorpus } from "./splitCorpus.ts"
import { defaultShares } from "./splitShares.ts"

const Share = Schema.Number.pipe(Schema.between(0.001, 0.99))

/** Shares of the conversations; they sum to 1. */
const Shares = Schema.Struct({ simulator: Share, assistant: Share, validation: Share, test: Share })

const defaultLanguages = ["English"] as const
const defaultNgram = { size: 7, limit: 100 }

/** `docs/preparing-logs.md` says what the presets do and how they differ. */
export const Split = Stage.make({
  name: "Split",
  version: 2,
  input: {
    corpus: Step.of(CorpusResult),
    preset: Schema.Literal(...presetNames).pipe(Schema.optionalWith({ default: () => "default" as const })),
    /** Of the default preset: simulator 0.6, assistant 0.29, validation 0.05, test 0.06. */
    shares: Schema.optional(Shares),
    languages: Schema.NonEmptyArray(Schema.NonEmptyString).pipe(
      Schema.optionalWith({ default: () => defaultLanguages }),
    ),
    /** Ids of evaluation sessions (`session_id` in JSON or JSONL, or lines of text), which go to test. */
    wildbench: Schema.optional(FileRef),
    /** Texts of evaluation tasks (JSON or JSONL). What shares 13 words in a row with one is not trained on. */
    evaluationTasks: Schema.optional(FileRef),
    /** A conversation is dropped if `size` words in a row of its first turn are found more than `limit` times. */
    ngram: Schema.Struct({
      size: Schema.Int.pipe(Schema.between(1, 50)),
      limit: Schema.Int.pipe(Schema.between(1, 1e9)),
    }).pipe(Schema.optionalWith({ default: () => defaultNgram })),
    /** Conversations of a part, at most; drawn by the seed. For pilots: what is left out costs no intent either. */
    most: Schema.optional(Most),
    /** Of the default preset's draw, and of `most`; the other presets draw by their source's. */
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: SplitResult,
  check: ({ preset, shares, evaluationTasks, seed, languages, ngram, most }) => {
    const own = {
      shares: shares !== undefined,
      evaluationTasks: evaluationTasks !== undefined,
      languages: languages.join() !== defaultLanguages.join(),
      ngram: ngram.size !== defaultNgram.size || ngram.limit !== defaultNgram.limit,
      seed: seed !== 0 && Object.values(most ?? {}).every((limit) => limit === undefined),
    }
    const given = Object.entries(own).find(([, isGiven]) => isGiven)?.[0]
    if (preset !== "default" && given !== undefined) {
      const also = given === "seed" ? ", or of `most`" : ""
      return `${given}: the preset "${preset}" has its source's rules; ${given} is of the default preset${also}`
    }
    const sum = Object.values(shares ?? defaultShares).reduce((all, share) => all + share, 0)
    return Math.abs(sum - 1) > 1e-6 ? `shares: they sum to ${Number(sum.toFixed(6))}, not to 1` : undefined
  },
  run: ({ shares, most = {}, ...input }) =>
    Shard.once(
      "split",
      SplitResult,
      Effect.flatMap(splitCorpus({ ...input, shares: shares ?? defaultShares }), (split) =>
        limitParts(split, most, input.seed),
      ),
    ),
  estimate: ({ corpus }, sizeOf) => Estimate.free(sizeOf(corpus)),
})
