/** Loads an experiment file and hashes the files that its steps read. */
import { Effect, Predicate, Schema } from "effect"
import { createHash } from "node:crypto"
import { createReadStream, existsSync } from "node:fs"
import { resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { pathToFileURL } from "node:url"
import { Experiment, Graph } from "../../src/index.ts"

/** The experiment file, or a file it names, can't be used. Nothing has run. */
export class UnusableExperiment extends Schema.TaggedError<UnusableExperiment>()("UnusableExperiment", {
  file: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.file}: ${this.detail}`
  }
}

/** The default export of `file`, which must be made by `Experiment.make`. */
export const loadExperiment = Effect.fn("loadExperiment")(function* (file: string) {
  const path = resolve(file)
  if (!existsSync(path)) return yield* UnusableExperiment.make({ file, detail: "there is no such file" })
  const module = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>,
    catch: (error) => UnusableExperiment.make({ file, detail: error instanceof Error ? error.message : String(error) }),
  })
  const experiment = unwrapped(module)
  if (!Experiment.isExperiment(experiment)) {
    return yield* UnusableExperiment.make({ file, detail: "write `export default Experiment.make(...)` in it" })
  }
  return experiment
})

/** In a folder whose package.json doesn't say `"type": "module"`, the export arrives wrapped once more. */
const unwrapped = (module: Readonly<Record<string, unknown>>): unknown => {
  const exported = module["default"]
  return Predicate.hasProperty(exported, "default") ? exported.default : exported
}

/** SHA-256 of every file that the experiment's steps read. */
export const hashFiles = Effect.fn("hashFiles")(function* (experiment: Experiment.Experiment<unknown>) {
  const roots = [...Experiment.cells(experiment).map((cell) => cell.step), ...experiment.collected]
  const entries = yield* Effect.forEach(Graph.files(roots), ({ path }) =>
    Effect.tryPromise({
      try: async (signal) => {
        const hash = createHash("sha256")
        await pipeline(createReadStream(path), hash, { signal })
        return [path, hash.digest("hex")] as const
      },
      catch: (error) =>
        UnusableExperiment.make({ file: path, detail: error instanceof Error ? error.message : String(error) }),
    }),
  )
  return new Map(entries)
})
