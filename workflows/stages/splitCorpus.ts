/** Splits the corpus artifact in passes over it, and writes the parts, without holding it. */
import { Effect, Stream } from "effect"
import { byteLines } from "../../layers/generation/corpus/byteLines.ts"
import { numberColumn } from "../../layers/generation/corpus/Column.ts"
import { lineHead, lineOpening, lineTexts } from "../../layers/generation/corpus/corpusLine.ts"
import { sessionIds, taskTexts } from "../../layers/generation/corpus/evaluationFiles.ts"
import { preparation } from "../../layers/generation/corpus/Preparation.ts"
import { rulesOf } from "../../layers/generation/corpus/presets.ts"
import type { PresetName, Shares } from "../../layers/generation/corpus/presets.ts"
import { droppedReasons, splitNotes } from "../../layers/generation/corpus/splitNotes.ts"
import { taskOverlap } from "../../layers/generation/corpus/TaskOverlap.ts"
import type { PartRows } from "../../layers/generation/corpus/assignment.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { SplitResult } from "../../src/domain/Results.ts"
import type { CorpusResult } from "../../src/domain/Results.ts"
import type { FileRef } from "../../src/domain/FileRef.ts"
import { StageFailure } from "../../src/durable/StageFailure.ts"
import { ArtifactStore } from "../../src/journal/ArtifactStore.ts"
import { asStageFailure } from "./failures.ts"
import { copyRows, visitRows } from "./rowFile.ts"
import { verifyArtifact } from "./verifyArtifact.ts"

export interface SplitOptions {
  readonly corpus: CorpusResult
  readonly preset: PresetName
  readonly shares: Shares
  readonly languages: ReadonlyArray<string>
  readonly wildbench?: FileRef | undefined
  readonly evaluationTasks?: FileRef | undefined
  readonly ngram: { readonly size: number; readonly limit: number }
  readonly seed: number
}

export const splitCorpus = Effect.fn("splitCorpus")(function* (options: SplitOptions) {
  const { corpus, preset } = options
  const ids = yield* heldOutIds(options.wildbench)
  const overlap = yield* overlapWith(options.evaluationTasks)
  const { again, assign, ...prepared } = preparation(rulesOf(preset, options), {
    heldOut: (id) => ids?.has(id) === true,
    bytes: corpus.conversations.bytes,
  })
  // Where each row begins; the last entry is the end.
  const starts = numberColumn()
  starts.push(0)
  yield* eachLine(corpus.conversations, (line, row) => {
    starts.push(starts.at(row) + line.length + 1)
    const overlaps = overlap !== undefined && lineTexts(line).some(overlap.isIn)
    prepared.add(lineHead(line), overlaps)
  })
  if (again()) {
    for (const pass of [prepared.countExactly, prepared.decide]) {
      yield* visitRows(corpus.conversations, prepared.wanted(), starts.at, (line, row) => pass(row, lineOpening(line)))
    }
  }
  const assigned = assign()
  const { parts, users } = assigned
  const needed = preset === "default" ? Object.values(parts) : [parts.simulator, parts.test]
  if (needed.some(({ rows }) => rows.length === 0)) return yield* tooFewUsers(preset, users)
  const write = ({ rows, users: own }: PartRows) =>
    Effect.map(copyRows(corpus.conversations, rows, starts.at), (conversations) => ({
      conversations,
      count: rows.length,
      users: own,
    }))
  const noted = { ...options, heldOutIds: ids?.size, taskRuns: overlap?.runs() }
  const simulator = yield* write(parts.simulator)
  return SplitResult.make({
    preset,
    simulator,
    assistant: parts.assistant === parts.simulator ? simulator : yield* write(parts.assistant),
    validation: yield* write(parts.validation),
    test: yield* write(parts.test),
    dropped: droppedReasons(assigned, noted),
    notes: splitNotes(preset, assigned, noted),
  })
})

const heldOutIds = (file: FileRef | undefined) =>
  file === undefined
    ? Effect.succeed(undefined)
    : Effect.map(asStageFailure(sessionIds(file.path)), (ids) => new Set(ids))

const overlapWith = (file: FileRef | undefined) =>
  file === undefined
    ? Effect.succeed(undefined)
    : Effect.map(asStageFailure(taskTexts(file.path)), (texts) => {
        const overlap = taskOverlap()
        texts.forEach(overlap.add)
        return overlap
      })

const eachLine = (ref: ArtifactRef, visit: (line: Buffer, row: number) => void) => {
  let row = 0
  return Effect.flatMap(ArtifactStore, (store) =>
    Stream.runForEach(byteLines(store.stream(ref)), (lines) =>
      Effect.try({
        try: () => {
          for (const line of lines) visit(line, row++)
        },
        catch: (error) => new Error(`row ${row} of the corpus can't be read: ${String(error)}`),
      }).pipe(Effect.tapError(() => verifyArtifact(ref))),
    ),
  ).pipe(asStageFailure)
}

const tooFewUsers = (preset: PresetName, users: number) =>
  StageFailure.make({
    kind: "operator",
    reason: `${users} user(s) are left of the corpus, too few for the parts of a split by the preset "${preset}", which needs ${preset === "default" ? "four, and something to train on for each" : "some twenty"}.`,
    advice:
      preset === "default"
        ? 'Take a larger corpus, or say users: "each-row" where the data has no user ids.'
        : "Take a larger corpus, or leave the preset out.",
  })
