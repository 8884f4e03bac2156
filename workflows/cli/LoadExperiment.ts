/** Loads an experiment file and hashes the files that its steps read. */
import { Effect, Predicate, Schema } from "effect"
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { isLog } from "../../layers/generation/corpus/corpusFiles.ts"
import { Experiment, Graph } from "../../src/index.ts"
import type { Stage } from "../../src/index.ts"
import { hashPath } from "../hashPath.ts"
import { importFile } from "../importDefault.ts"
import { Corpus } from "../stages/Corpus.ts"

/** The experiment file, or a file it names, can't be used. Nothing has run. `line` is in the experiment file. */
export class UnusableExperiment extends Schema.TaggedError<UnusableExperiment>()("UnusableExperiment", {
  file: Schema.String,
  line: Schema.optional(Schema.Int),
  detail: Schema.String,
}) {
  readonly exitCode = 64
  override get message() {
    return `${this.file}${this.line === undefined ? "" : `:${this.line}`}: ${this.detail}`
  }
}

/** The default export of `file`, or the one that its `presets` have under that name: made by `Experiment.make`. */
export const loadExperiment = Effect.fn("loadExperiment")(function* (file: string, preset?: string) {
  const path = resolve(file)
  if (!existsSync(path)) return yield* UnusableExperiment.make({ file, detail: "there is no such file" })
  const exported = yield* Effect.mapError(importFile(path), ({ line, detail }) =>
    UnusableExperiment.make({ file, detail, ...(line === undefined ? {} : { line }) }),
  )
  const presets = Predicate.isRecord(exported["presets"]) ? exported["presets"] : {}
  if (preset !== undefined && !Object.hasOwn(presets, preset)) {
    const known = Object.keys(presets).join(", ")
    const has = known === "" ? "it exports no `presets`" : `its presets are ${known}`
    return yield* UnusableExperiment.make({ file, detail: `there is no preset "${preset}": ${has}` })
  }
  const experiment = preset === undefined ? exported["default"] : presets[preset]
  if (!Experiment.isExperiment(experiment)) {
    const detail =
      preset === undefined
        ? "write `export default Experiment.make(...)` in it"
        : `its preset "${preset}" is not made by Experiment.make(...)`
    return yield* UnusableExperiment.make({ file, detail })
  }
  return experiment
})

/** Hashes of every file and folder that the experiment's steps read: of a corpus, of its logs alone. */
export const hashFiles = Effect.fn("hashFiles")(function* (experiment: Experiment.Experiment<unknown>) {
  const roots = [...Experiment.cells(experiment).map((cell) => cell.step), ...experiment.collected]
  const entries = yield* Effect.forEach(Graph.files(roots), ({ path, stages }) =>
    Effect.tryPromise({
      try: async (signal) => [path, await hashPath(path, signal, readsLogs(stages) ? isLog : undefined)] as const,
      catch: (error) => UnusableExperiment.make({ file: path, detail: unreadable(error) }),
    }),
  )
  return new Map(entries)
})

const readsLogs = (stages: ReadonlySet<Stage.AnyStage>) => [...stages].every((stage) => stage === Corpus)

const unreadable = (error: unknown): string => {
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : ""
  const known = reasons[code] ?? (Predicate.hasProperty(error, "message") ? String(error.message) : String(error))
  return `${known}. A step of the experiment reads it: correct the path in the experiment file, or give another with --corpus.`
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission is denied",
}
