/**
 * What was last run under an experiment's name, as `runs/NAME.json` in the home: where it came from and every step with
 * its canonical inputs. So a name finds its file, a step id its inputs, and `diff` what has changed since.
 */
import { Effect, Schema } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Experiment, Home, Plan } from "../src/index.ts"
import { packageVersion } from "./packageInfo.ts"
import type { Study } from "./Study.ts"

/** Changes to the experiment file by the command line. Paths are absolute. */
export const Changes = Schema.Struct({
  /** Which of the file's experiments, where not its default. */
  preset: Schema.optional(Schema.String),
  corpus: Schema.optional(Schema.String),
  users: Schema.optional(Schema.Literal("hashed-ip", "each-row")),
  skipInvalid: Schema.optional(Schema.Boolean),
})
export type Changes = typeof Changes.Type

export const RecordedStep = Schema.Struct({
  id: Schema.String,
  stage: Schema.String,
  /** Keys of the cells that need it; none for a step over all cells. */
  cells: Schema.Array(Schema.String),
  upstream: Schema.Array(Schema.String),
  /** Canonical, as the id hashes them: steps as ids, files as hashes, fields at their defaults left out. */
  inputs: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
})
export type RecordedStep = typeof RecordedStep.Type

export const RunRecord = Schema.Struct({
  format: Schema.Literal(1),
  experiment: Schema.String,
  /** Of this package. */
  version: Schema.String,
  /** The experiment file, absolute; null for an experiment that was made in a program. */
  file: Schema.NullOr(Schema.String),
  changes: Changes,
  cells: Schema.Array(
    Schema.Struct({
      key: Schema.String,
      grid: Schema.String,
      labels: Schema.Record({ key: Schema.String, value: Schema.String }),
    }),
  ),
  /** Upstream before downstream. */
  steps: Schema.Array(RecordedStep),
})
export type RunRecord = typeof RunRecord.Type

/** Nothing has run under this name in this home. */
export class NoRunRecord extends Schema.TaggedError<NoRunRecord>()("NoRunRecord", {
  home: Schema.String,
  experiment: Schema.String,
  known: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    const known = this.known.length === 0 ? "nothing has" : `there are ${this.known.join(", ")}`
    return `No experiment named "${this.experiment}" has run in ${this.home}: ${known}. Give its file, or another home with --home.`
  }
}

/** The record can't be written or read. What ran is not touched by it. */
export class RunRecordUnusable extends Schema.TaggedError<RunRecordUnusable>()("RunRecordUnusable", {
  file: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.file} can't be used: ${this.detail}. Mend that, or delete the file: the next run writes it anew.`
  }
}

export const recordOf = ({ experiment, graph, source }: Study): RunRecord => {
  const cells = Experiment.cells(experiment)
  const needed = Plan.cellsByStep(graph, cells)
  return {
    format: 1,
    experiment: experiment.name,
    version: packageVersion,
    file: source?.file ?? null,
    changes: source?.changes ?? {},
    cells: cells.map(({ key, grid, labels }) => ({ key, grid, labels })),
    steps: graph.nodes.map(({ id, step, canonical, upstream }) => ({
      id,
      stage: step.stage.name,
      cells: needed.get(id) ?? [],
      upstream,
      inputs: canonical,
    })),
  }
}

/** Replaces what was recorded under the experiment's name. The caller writes to the home. */
export const writeRunRecord = Effect.fn("writeRunRecord")(function* (study: Study) {
  const { runs } = yield* Home.Home
  const file = fileOf(runs, study.experiment.name)
  const text = JSON.stringify(yield* Effect.orDie(encode(recordOf(study))))
  yield* attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.tmp`, `${text}\n`)
    renameSync(`${file}.tmp`, file)
  })
})

export const readRunRecord = Effect.fn("readRunRecord")(function* (experiment: string) {
  const { folder, runs } = yield* Home.Home
  const file = fileOf(runs, experiment)
  if (!existsSync(file)) return yield* NoRunRecord.make({ home: folder, experiment, known: yield* names(runs) })
  return yield* read(file)
})

/** Of every experiment that ran in the home, by name. */
export const listRunRecords = Effect.gen(function* () {
  const { runs } = yield* Home.Home
  return yield* Effect.forEach(yield* names(runs), (name) => read(fileOf(runs, name)))
})

const fileOf = (runs: string, experiment: string) => join(runs, `${experiment}.json`)

const names = (runs: string) =>
  existsSync(runs)
    ? Effect.map(
        attempt(runs, () => readdirSync(runs)),
        (files) =>
          files
            .filter((file) => file.endsWith(".json"))
            .map((file) => file.slice(0, -5))
            .sort(),
      )
    : Effect.succeed([])

const encode = Schema.encode(RunRecord)
const decode = Schema.decodeUnknown(Schema.parseJson(RunRecord))

const read = (file: string) =>
  Effect.flatMap(
    attempt(file, () => readFileSync(file, "utf8")),
    (text) =>
      Effect.mapError(decode(text), ({ message }) =>
        RunRecordUnusable.make({ file, detail: `it is damaged or of another version (${message.split("\n")[0]})` }),
      ),
  )

const attempt = <A>(file: string, run: () => A) =>
  Effect.try({
    try: run,
    catch: (error) => RunRecordUnusable.make({ file, detail: error instanceof Error ? error.message : String(error) }),
  })
