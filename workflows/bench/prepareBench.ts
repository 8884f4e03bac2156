/**
 * Preparing logs (reading, dropping, counting 7-grams, splitting by user, writing) as processes of their own, against
 * the obvious Python script (`prepare.py`) on the same logs: wall time without loading either program, and peak memory;
 * medians of pairs that run one after the other. Both must write the same conversations in the same order. Then how much more memory many more
 * rows take. Needs Linux and python3.
 */
import { FileSystem } from "@effect/platform"
import { Duration, Effect, Schema } from "effect"
import { statfsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { SplitResult } from "../../src/domain/Results.ts"
import { ArtifactStore } from "../../src/index.ts"
import { BenchBroken } from "./BenchResult.ts"
import type { BenchResult } from "./BenchResult.ts"
import { measureNode, runProgram, together } from "./runProgram.ts"
import { sameConversations } from "./sameConversations.ts"
import { median, rounded, shown } from "./timing.ts"
import { writeWildChatRows } from "./wildChatRows.ts"

export interface PrepareBenchOptions {
  readonly rows: number
  /** For the growth of memory. */
  readonly manyRows: number
  readonly targetRatio: number
  readonly targetBytesPerRow: number
  readonly pairs?: number
  readonly say: (line: string) => Effect.Effect<void>
}

/** Needs a file system with about 10 kB for each of the many rows, which is given back. */
export const prepareBench = ({ rows, manyRows, targetRatio, targetBytesPerRow, pairs = 3, say }: PrepareBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const free = statfsSync(folder)
    if (free.bavail * free.bsize < manyRows * bytesEach) {
      const detail = `${folder} has too little room: ${manyRows} rows take ${Math.ceil((manyRows * bytesEach) / 1e9)} GB`
      return yield* BenchBroken.make({ detail })
    }
    const [logs, python] = [`${folder}/logs.jsonl`, `${folder}/python`]
    yield* files.makeDirectory(python)
    const size = writeWildChatRows(logs, rows)
    const runs = yield* Effect.forEach(
      Array.from({ length: pairs }, (_, pair) => `${folder}/ours${pair}`),
      (artifacts) =>
        Effect.gen(function* () {
          const [took, output] = yield* Effect.timed(runProgram("python3", [local("./prepare.py"), logs, python]))
          const whole = Duration.toSeconds(took)
          const { seconds, bytes } = yield* Schema.decode(Scripted)(output)
          const theirs = { whole, seconds, megabytes: bytes / 1e6 }
          const ours = yield* prepared(logs, artifacts)
          yield* sameConversations(ours.split, python).pipe(Effect.provide(ArtifactStore.layerReader(artifacts)))
          yield* files.remove(artifacts, { recursive: true })
          yield* say(`ours ${shown([ours.seconds], "s")}, python ${shown([theirs.seconds], "s")}`)
          return { ours, theirs }
        }),
    )
    yield* files.remove(python, { recursive: true })
    const ratio = (what: "seconds" | "megabytes") => {
      const value = rounded(median(runs.map(({ ours, theirs }) => ours[what] / theirs[what])))
      const of = (who: "ours" | "theirs") =>
        shown(
          runs.map((run) => run[who][what]),
          what,
        )
      const wholes = (who: "ours" | "theirs") =>
        shown(
          runs.map((run) => run[who].whole),
          "seconds",
        )
      return {
        bench: `prepare-${what}`,
        value,
        target: targetRatio,
        met: value <= targetRatio,
        unit: `times the ${what === "seconds" ? "wall time" : "peak memory"} of the obvious Python script`,
        against: `${rows} conversations, ${rounded(size / 1e6)} MB: ${of("ours")} ours, ${of("theirs")} python${what === "seconds" ? `; with loading the programs ${wholes("ours")} and ${wholes("theirs")}` : ""}`,
      } satisfies BenchResult
    }
    const few = median(runs.map(({ ours }) => ours.megabytes))
    const many = `${folder}/many.jsonl`
    const manySize = writeWildChatRows(many, manyRows)
    const more = yield* Effect.forEach(runs, () =>
      Effect.tap(prepared(many, `${folder}/many`), () => files.remove(`${folder}/many`, { recursive: true })),
    )
    const peaks = more.map(({ megabytes }) => megabytes)
    const growth = rounded(((median(peaks) - few) * 1e6) / (manyRows - rows))
    return [
      ratio("seconds"),
      ratio("megabytes"),
      {
        bench: "prepare-growth",
        value: growth,
        target: targetBytesPerRow,
        met: growth <= targetBytesPerRow,
        unit: "bytes of peak memory for each further row",
        against: `${rows} rows ${shown(
          runs.map(({ ours }) => ours.megabytes),
          "MB",
        )}, ${manyRows} rows (${rounded(manySize / 1e6)} MB) ${shown(peaks, "MB")} in ${shown(
          more.map(({ seconds }) => seconds),
          "s",
        )}`,
      } satisfies BenchResult,
    ]
  }).pipe(Effect.scoped, Effect.withSpan("prepareBench"))

/** On disk, for each row: the log, its corpus artifact and its parts. */
const bytesEach = 10_000

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const Prepared = Schema.parseJson(Schema.Struct({ seconds: Schema.Number, split: SplitResult }))
const Scripted = Schema.parseJson(Schema.Struct({ seconds: Schema.Number, bytes: Schema.Number }))

const prepared = (logs: string, artifacts: string) =>
  Effect.gen(function* () {
    const args = [...process.execArgv, local("./prepareLogs.ts"), logs, artifacts]
    const { output, seconds: whole, peaks } = yield* measureNode(args)
    const { seconds, split } = yield* Schema.decode(Prepared)(output)
    return { whole, seconds, split, megabytes: together(peaks) }
  })
