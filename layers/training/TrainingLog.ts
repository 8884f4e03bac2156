/**
 * Where a training tells how it goes, line by line while it runs: for people and programs that watch. It is a copy for
 * reading, never a source of results. Without a layer nothing is written.
 */
import { Context, Effect, Layer } from "effect"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { recordGauges } from "./trainingGauges.ts"

export interface LogLine {
  readonly kind: "iteration" | "validation"
  /** Iterations so far. A line replaces an earlier one of its kind and number, so that one that is done again is one. */
  readonly after: number
  readonly [measured: string]: unknown
}

export interface TrainingLogService {
  readonly write: (step: string, line: LogLine) => Effect.Effect<void>
}

export class TrainingLog extends Context.Reference<TrainingLog>()("understudy/layers/training/TrainingLog", {
  defaultValue: (): TrainingLogService => ({ write: () => Effect.void }),
}) {
  /** JSON lines in a file for each step; what can't be written is warned of, and training goes on. */
  static readonly layer = (folder: string) => Layer.succeed(TrainingLog, { write: writeTo(folder) })
}

/** The file of a step, whose id has a slash. */
export const logFile = (folder: string, step: string): string => join(folder, `${step.replaceAll("/", "-")}.jsonl`)

/** A step has one writer. The file is replaced whole, so that a reader never sees half a line. */
const writeTo =
  (folder: string): TrainingLogService["write"] =>
  (step, line) =>
    Effect.gen(function* () {
      yield* recordGauges(step, line)
      const file = logFile(folder, step)
      const text = yield* Effect.orElseSucceed(
        Effect.tryPromise(() => readFile(file, "utf8")),
        () => "",
      )
      const others = text.split("\n").filter((one) => one !== "" && !isSame(one, line))
      const { kind, after, ...rest } = line
      const all = [...others, JSON.stringify({ kind, after, ...rest })].map((one) => `${one}\n`).join("")
      yield* Effect.tryPromise(() => mkdir(folder, { recursive: true }))
      yield* Effect.tryPromise(() => writeFile(`${file}.new`, all))
      yield* Effect.tryPromise(() => rename(`${file}.new`, file))
    }).pipe(Effect.catchAll(({ message }) => Effect.logWarning(`The metrics of ${step} can't be written: ${message}`)))

/** By the beginning, which `write` makes; any other line stays. */
const isSame = (text: string, { kind, after }: LogLine): boolean =>
  text.startsWith(`${JSON.stringify({ kind, after }).slice(0, -1)},`)
