/** An experiment file as a study, with what the command line chooses and changes in it. */
import { Effect, Option, Predicate } from "effect"
import { resolve } from "node:path"
import { FileRef } from "../../src/index.ts"
import type { Experiment } from "../../src/index.ts"
import { rewrite } from "../../src/durable/rewrite.ts"
import type { Changes } from "../RunRecord.ts"
import { Corpus } from "../stages/Corpus.ts"
import { makeStudy } from "../Study.ts"
import { hashFiles, loadExperiment, UnusableExperiment } from "./LoadExperiment.ts"

/** As the command line gives them. */
export interface GivenChanges {
  readonly preset: Option.Option<string>
  readonly corpus: Option.Option<string>
  readonly users: Option.Option<"hashed-ip" | "each-row">
  readonly skipInvalid: boolean
}

export const noChanges: GivenChanges = {
  preset: Option.none(),
  corpus: Option.none(),
  users: Option.none(),
  skipInvalid: false,
}

export const loadStudy = (file: string, given: GivenChanges = noChanges) => loadChanged(file, changesOf(given))

/** The study that a run recorded: the same file with the same changes, as it is now. */
export const loadChanged = Effect.fn("loadStudy")(function* (file: string, changes: Changes) {
  const written = yield* loadExperiment(file, changes.preset)
  const experiment = yield* attempt(file, () => changed(written, changes))
  if (experiment === undefined) {
    const detail = "it has no Corpus step, so --corpus, --users and --skip-invalid have nothing to change"
    return yield* UnusableExperiment.make({ file, detail })
  }
  const hashes = yield* hashFiles(experiment)
  return yield* attempt(file, () => makeStudy(experiment, hashes, { file: resolve(file), changes }))
})

export const changesOf = ({ preset, corpus, users, skipInvalid }: GivenChanges): Changes => ({
  ...Option.match(preset, { onNone: () => ({}), onSome: (name) => ({ preset: name }) }),
  ...Option.match(corpus, { onNone: () => ({}), onSome: (path) => ({ corpus: resolve(path) }) }),
  ...Option.match(users, { onNone: () => ({}), onSome: (who) => ({ users: who }) }),
  ...(skipInvalid ? { skipInvalid } : {}),
})

/** Undefined where there is nothing to change. */
const changed = (written: Experiment.Experiment<unknown>, { corpus, users, skipInvalid }: Changes) => {
  const fields = {
    ...(users === undefined ? {} : { users }),
    ...(skipInvalid === undefined ? {} : { skipInvalid }),
    ...(corpus === undefined ? {} : { file: FileRef.make({ path: corpus }) }),
  }
  if (Object.keys(fields).length === 0) return written
  let found = false
  const experiment = rewrite(written, ({ stage, input }) => {
    if (stage !== Corpus) return undefined
    found = true
    return { ...input, ...fields }
  })
  return found ? experiment : undefined
}

const attempt = <A>(file: string, run: () => A) =>
  Effect.try({
    try: run,
    catch: (error) => {
      const detail = Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
      return UnusableExperiment.make({ file, detail })
    },
  })
