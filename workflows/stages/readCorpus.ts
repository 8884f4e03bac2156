/** Reads logs into one artifact of conversations, in the order of their files, without holding them. */
import { Effect, Either, Stream } from "effect"
import { corpusFiles } from "../../layers/generation/corpus/corpusFiles.ts"
import { batches } from "../../layers/generation/corpus/CorpusFile.ts"
import type { Read, Users } from "../../layers/generation/corpus/CorpusFile.ts"
import { corpusLine } from "../../layers/generation/corpus/corpusLine.ts"
import { UnknownFormat } from "../../layers/generation/corpus/formats/formats.ts"
import type { FormatName } from "../../layers/generation/corpus/formats/formats.ts"
import type { InvalidRow } from "../../layers/generation/corpus/rowErrors.ts"
import { textTable } from "../../layers/generation/corpus/TextTable.ts"
import { uniqueIds } from "../../layers/generation/corpus/uniqueIds.ts"
import { CorpusResult } from "../../src/domain/Results.ts"
import { StageFailure } from "../../src/durable/StageFailure.ts"
import { ArtifactStore } from "../../src/journal/ArtifactStore.ts"
import { asStageFailure } from "./failures.ts"

export interface CorpusOptions {
  readonly users: Users
  readonly format: FormatName | "auto"
  readonly skipInvalid: boolean
}

export const readCorpus = Effect.fn("readCorpus")(function* (path: string, options: CorpusOptions) {
  const intake = makeIntake(options.skipInvalid)
  const conversations = yield* write(path, options, intake).pipe(Effect.scoped, asStageFailure)
  const { count, users, skipped, formats } = intake
  const missing = skipped().find(({ reason }) => /^\w+ is missing$/.test(reason))?.count ?? 0
  if (options.users === "hashed-ip" && (missing > count() || (users() === 1 && count() > fewRows))) {
    const lacking = missing > count() ? `${missing} rows have no user id` : `all ${count()} rows have one user id`
    return yield* StageFailure.make({
      kind: "operator",
      reason: `${path}: ${lacking}, so no split can keep users apart.`,
      advice: 'Where the data has no user ids, say users: "each-row" in the experiment, or --users each-row.',
    })
  }
  if (count() === 0) {
    const reasons = skipped().map(({ reason, count }) => `${reason} (${count})`)
    return yield* StageFailure.make({
      kind: "operator",
      reason: `${path} has no row that can be used${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}.`,
      advice: "Give another file.",
    })
  }
  const found = { conversations, formats: formats(), count: count(), users: users(), skipped: skipped() }
  return CorpusResult.make(found)
})

/** So few rows may well be one person's. */
const fewRows = 5

const write = Effect.fnUntraced(function* (path: string, { users, format }: CorpusOptions, intake: Intake) {
  const files = yield* corpusFiles(path)
  const writer = yield* (yield* ArtifactStore).writer
  yield* Stream.runForEach(
    Stream.flatMap(Stream.fromIterable(files), (file) => batches(file, { users, format, onFormat: intake.onFormat })),
    (read) =>
      Effect.flatMap(
        Effect.suspend(() => intake.take(read)),
        writer.write,
      ),
  )
  return yield* writer.finish
})

interface Intake {
  readonly onFormat: (name: FormatName) => void
  /** The lines of some rows; fails at a bad one, unless these are skipped. */
  readonly take: (batch: Iterable<Read | UnknownFormat>) => Effect.Effect<Uint8Array, InvalidRow | UnknownFormat>
  readonly count: () => number
  readonly users: () => number
  readonly skipped: () => ReadonlyArray<{ readonly reason: string; readonly count: number }>
  readonly formats: () => ReadonlyArray<string>
}

const makeIntake = (skipInvalid: boolean): Intake => {
  const unique = uniqueIds()
  const nextLines = lineBuffers()
  const users = textTable()
  const skipped = new Map<string, number>()
  const formats = new Set<string>()
  let count = 0
  return {
    onFormat: (name) => void formats.add(name),
    take: (batch) => {
      const lines = nextLines()
      for (const row of batch) {
        if (row instanceof UnknownFormat) return Effect.fail(row)
        if (Either.isRight(row)) {
          const { id, user } = row.right
          users.getOrPut(user, 0)
          count += 1
          lines.add(corpusLine(row.right, unique(id)))
          continue
        }
        const { reason, stub } = row.left
        if (!skipInvalid) return Effect.fail(row.left)
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
        if (stub !== undefined) lines.add(corpusLine(stub, unique(stub.id), reason))
      }
      return Effect.succeed(lines.bytes())
    },
    count: () => count,
    users: users.size,
    skipped: () => [...skipped].map(([reason, count]) => ({ reason, count })),
    formats: () => [...formats],
  }
}

/**
 * Lines as UTF-8, each encoded as it comes: one long text would be copied twice more. Two buffers take turns: when a
 * batch is begun, the one before it may still be on its way to the disk.
 */
const lineBuffers = () => {
  const buffers: Array<Buffer> = [Buffer.allocUnsafeSlow(1 << 19), Buffer.allocUnsafeSlow(1 << 19)]
  let turn = 0
  return () => {
    const mine = (turn = 1 - turn)
    let end = 0
    return {
      add: (line: string) => {
        // A code unit takes three bytes at most.
        const needed = end + 3 * line.length + 1
        const buffer = needed > buffers[mine]!.length ? larger(buffers[mine]!, 2 * needed) : buffers[mine]!
        buffers[mine] = buffer
        end += buffer.write(line, end)
        buffer[end++] = newline
      },
      bytes: () => buffers[mine]!.subarray(0, end),
    }
  }
}

const larger = (buffer: Buffer, size: number): Buffer => {
  const made = Buffer.allocUnsafeSlow(size)
  buffer.copy(made)
  return made
}

const newline = 10
