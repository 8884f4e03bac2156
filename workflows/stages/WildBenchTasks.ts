/** Reads tasks with checklists, once, into an artifact that answers and verdicts are made from. */
import { Chunk, Effect, Either, Schema, Stream } from "effect"
import { fileURLToPath } from "node:url"
import { readTasks } from "../../layers/evaluation/wildbench/readTasks.ts"
import { HubDataset } from "../../layers/generation/corpus/hub/HubDataset.ts"
import { contentHash } from "../../src/domain/CanonicalJson.ts"
import type { WildBenchTask } from "../../src/domain/WildBench.ts"
import { WildBenchTasksResult } from "../../src/domain/WildBench.ts"
import { Estimate, FileRef, Shard, Stage, StageFailure } from "../../src/index.ts"
import { asStageFailure, toStageFailure } from "./failures.ts"
import { hubFolder } from "./hubFolder.ts"
import { tasks } from "./wildBenchFiles.ts"

/**
 * Tasks in the schema of allenai/WildBench: a file (JSONL, JSONL.gz, a JSON array, parquet), a folder of such files, or
 * a data set of the Hugging Face hub.
 */
export const WildBenchTasks = Stage.make({
  name: "WildBenchTasks",
  version: 1,
  input: {
    file: Schema.Union(FileRef, HubDataset),
    /** Tasks, at most: which ones is decided by the hash of their ids, so that fewer are among more. */
    most: Schema.optional(Schema.Int.pipe(Schema.positive())),
    /** Leaves bad rows out and counts them by reason, instead of stopping at the first. */
    skipInvalid: Schema.Boolean.pipe(Schema.optionalWith({ default: () => false })),
  },
  output: WildBenchTasksResult,
  run: ({ file, ...options }) =>
    Shard.once(
      "read",
      WildBenchTasksResult,
      Effect.flatMap(file._tag === "FileRef" ? Effect.succeed(file.path) : hubFolder(file), (path) =>
        intake(path, options),
      ),
    ),
  estimate: ({ file, most = Infinity }) =>
    Estimate.free(Math.min(most, file._tag === "FileRef" && file.path === ownFile ? ownCount : benchmark)),
})

const ownFile = fileURLToPath(new URL("../../layers/evaluation/wildbench/tasks.jsonl", import.meta.url))
const ownCount = 24
/** Tasks of WildBench v2. */
const benchmark = 1024

interface Options {
  readonly most?: number | undefined
}

/** The small task set that comes with the package; see its data card. */
export const ownWildBenchTasks = (options: Options = {}) =>
  WildBenchTasks({ file: FileRef.make({ path: ownFile }), ...given(options) })

/** WildBench v2 from the Hugging Face hub: 1,024 tasks, 11,667 checklist items. `revision` is a commit of the data set. */
export const wildBenchTasks = ({ revision = lastSeen, ...options }: Options & { readonly revision?: string } = {}) =>
  WildBenchTasks({ file: HubDataset.make({ repo: "allenai/WildBench", revision, path: "v2" }), ...given(options) })

const lastSeen = "5d07b92bc18e5d52b90b885cbc1594a360605a1b"

const given = ({ most }: Options) => (most === undefined ? {} : { most })

/** Checklist items of a task, about, by the step that reads the tasks. */
export const itemsPerTask = ({ input: { file } }: { readonly input: Readonly<Record<string, unknown>> }) =>
  file instanceof FileRef && file.path === ownFile ? 4.6 : 11.4

const intake = Effect.fnUntraced(function* (path: string, { most, skipInvalid }: Options & { skipInvalid: boolean }) {
  const skipped = new Map<string, number>()
  const tags = new Map<string, number>()
  let [count, items] = [0, 0]
  const good = readTasks(path).pipe(
    Stream.mapEffect((row) => {
      if (Either.isRight(row) || !skipInvalid) return Effect.map(row, (task) => [task])
      skipped.set(row.left.reason, (skipped.get(row.left.reason) ?? 0) + 1)
      return Effect.succeed<ReadonlyArray<WildBenchTask>>([])
    }),
    Stream.flatMap(Stream.fromIterable),
  )
  const chosen = most === undefined ? undefined : yield* asStageFailure(chosenOf(good, most))
  skipped.clear()
  const counted = good.pipe(
    Stream.filter(({ session }) => chosen?.has(session) !== false),
    Stream.tap(({ primaryTag, checklist }) =>
      Effect.sync(() => {
        count += 1
        items += checklist.length
        tags.set(primaryTag, (tags.get(primaryTag) ?? 0) + 1)
      }),
    ),
  )
  const written = yield* tasks.writeStream(Stream.mapError(counted, toStageFailure))
  if (count === 0) {
    return yield* StageFailure.make({
      kind: "operator",
      reason: `${path} has no task that can be used.`,
      advice: "Give another file.",
    })
  }
  return WildBenchTasksResult.make({
    tasks: written,
    count,
    items,
    tags: Object.fromEntries([...tags].sort(([, a], [, b]) => b - a)),
    skipped: [...skipped].map(([reason, number]) => ({ reason, count: number })),
  })
})

const chosenOf = <E, R>(all: Stream.Stream<WildBenchTask, E, R>, most: number) =>
  Stream.runCollect(Stream.map(all, ({ session }) => session)).pipe(
    Effect.map((sessions) => {
      const ranked = Chunk.toReadonlyArray(sessions).map(
        (session) => [contentHash(["task", session]), session] as const,
      )
      return new Set(
        [...ranked]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, most)
          .map(([, session]) => session),
      )
    }),
  )
