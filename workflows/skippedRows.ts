/** Rows of corpora that `skipInvalid` left out, by file and reason: counted by the `Corpus` steps that are done. */
import { Effect, Option, Schema } from "effect"
import { basename } from "node:path"
import { CorpusResult } from "../src/domain/Results.ts"
import { HubDataset } from "../layers/generation/corpus/hub/HubDataset.ts"
import { FileRef } from "../src/index.ts"
import type { Graph } from "../src/index.ts"
import { Corpus } from "./stages/Corpus.ts"
import { outputOf } from "./Study.ts"

export interface SkippedRows {
  /** Without its folder; a data set of the hub by its name. */
  readonly file: string
  readonly reason: string
  readonly count: number
}

export const skippedRows = Effect.fn("skippedRows")(function* ({ nodes }: Graph.Graph) {
  const corpora = nodes.filter(({ step }) => step.stage === Corpus)
  const rows = yield* Effect.forEach(corpora, ({ id, step }) =>
    Effect.map(outputOf(id), (output): ReadonlyArray<SkippedRows> => {
      const { file } = step.input
      const skipped = Option.match(Option.flatMap(output, decode), {
        onNone: () => [],
        onSome: ({ skipped }) => skipped,
      })
      return skipped.map((row) => ({ file: nameOf(file), ...row }))
    }),
  )
  return rows.flat()
})

const nameOf = (file: unknown): string => {
  if (file instanceof FileRef) return basename(file.path)
  return file instanceof HubDataset ? file.repo : "the corpus"
}

/** One line for people for each file. */
export const skippedLines = (rows: ReadonlyArray<SkippedRows>): ReadonlyArray<string> =>
  [...new Set(rows.map(({ file }) => file))].map((file) => {
    const own = rows.filter((row) => row.file === file)
    const total = own.reduce((sum, { count }) => sum + count, 0)
    const reasons = own.map(({ reason, count }) => `${reason} (${count})`)
    return `${file}: ${total} ${total === 1 ? "row was" : "rows were"} left out: ${reasons.join(", ")}`
  })

const decode = Schema.decodeUnknownOption(CorpusResult)
