/** Reads a corpus of logged conversations, once, into an artifact that everything later works from. */
import { Effect, Schema } from "effect"
import { fileURLToPath } from "node:url"
import { formatNames } from "../../layers/generation/corpus/formats/formats.ts"
import { HubDataset } from "../../layers/generation/corpus/hub/HubDataset.ts"
import { CorpusResult } from "../../src/domain/Results.ts"
import { Estimate, FileRef, Shard, Stage } from "../../src/index.ts"
import { hubFolder } from "./hubFolder.ts"
import { readCorpus } from "./readCorpus.ts"

/**
 * Logged conversations: a file (JSONL, JSONL.gz, parquet), a folder of such files, or a data set of the Hugging Face
 * hub. `users` says who wrote each: see `CorpusFile`.
 */
export const Corpus = Stage.make({
  name: "Corpus",
  version: 2,
  input: {
    file: Schema.Union(FileRef, HubDataset),
    users: Schema.Literal("hashed-ip", "each-row").pipe(Schema.optionalWith({ default: () => "hashed-ip" as const })),
    /** The kind of log; "auto" sees it from the first row of each file. */
    format: Schema.Literal("auto", ...formatNames).pipe(Schema.optionalWith({ default: () => "auto" as const })),
    /** Leaves bad rows out and counts them by reason, instead of stopping at the first. */
    skipInvalid: Schema.Boolean.pipe(Schema.optionalWith({ default: () => false })),
  },
  output: CorpusResult,
  run: ({ file, ...options }) =>
    Shard.once(
      "read",
      CorpusResult,
      Effect.flatMap(file._tag === "FileRef" ? Effect.succeed(file.path) : hubFolder(file), (path) =>
        readCorpus(path, options),
      ),
    ),
  estimate: ({ file }) => Estimate.free(file._tag === "FileRef" ? 1000 : (hubRows[file.repo] ?? 1_000_000)),
})

/** Conversations, about, before any preparation. */
const hubRows: Readonly<Record<string, number>> = {
  "allenai/WildChat-1M": 840_000,
  "allenai/WildChat-4.8M": 3_200_000,
}

/** The small synthetic corpus that comes with the package; see its data card. */
export const embeddedCorpus = () =>
  Corpus({
    file: FileRef.make({
      path: fileURLToPath(new URL("../../layers/generation/corpus/embedded.jsonl", import.meta.url)),
    }),
  })

/**
 * WildChat from the Hugging Face hub: a million conversations, or 4.8 million. Gigabytes are downloaded, once for each
 * home. `revision` is a commit of the data set; without one it is the one that these versions were last
 * seen at.
 */
export const wildchat = ({ version = "1M", revision, ...options }: WildchatOptions = {}) =>
  Corpus({
    file: HubDataset.make({
      repo: `allenai/WildChat-${version}`,
      revision: revision ?? lastSeen[version],
      path: "data",
    }),
    ...options,
  })

export interface WildchatOptions {
  readonly version?: "1M" | "4.8M"
  readonly revision?: string
  readonly users?: "hashed-ip" | "each-row"
  readonly skipInvalid?: boolean
}

const lastSeen = {
  "1M": "7d6490e462285cf85d91eabea0f9a954fbddcd1f",
  "4.8M": "c827c6df8fcf008219ffaffa4d1dd77491099367",
} as const
