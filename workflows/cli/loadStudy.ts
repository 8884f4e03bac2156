/** An experiment file as a study, with the changes that the command line makes to its corpus. */
import { Effect, Option } from "effect"
import { resolve } from "node:path"
import { FileRef } from "../../src/index.ts"
import { rewrite } from "../../src/durable/rewrite.ts"
import { Corpus } from "../stages/Corpus.ts"
import { makeStudy } from "../Study.ts"
import { hashFiles, loadExperiment, UnusableExperiment } from "./LoadExperiment.ts"

export interface CorpusChanges {
  readonly corpus: Option.Option<string>
  readonly users: Option.Option<"hashed-ip" | "each-row">
  readonly skipInvalid: boolean
}

export const noChanges: CorpusChanges = { corpus: Option.none(), users: Option.none(), skipInvalid: false }

export const loadStudy = Effect.fn("loadStudy")(function* (file: string, changes: CorpusChanges = noChanges) {
  const written = yield* loadExperiment(file)
  const fields = {
    ...Option.match(changes.corpus, {
      onNone: () => ({}),
      onSome: (path) => ({ file: FileRef.make({ path: resolve(path) }) }),
    }),
    ...Option.match(changes.users, { onNone: () => ({}), onSome: (users) => ({ users }) }),
    ...(changes.skipInvalid ? { skipInvalid: true } : {}),
  }
  const changed = Object.keys(fields).length > 0
  if (changed && !usesCorpus(written)) {
    const detail = "it has no Corpus step, so --corpus, --users and --skip-invalid have nothing to change"
    return yield* UnusableExperiment.make({ file, detail })
  }
  const experiment = changed
    ? rewrite(written, ({ stage, input }) => (stage === Corpus ? { ...input, ...fields } : undefined))
    : written
  return yield* Effect.try({
    try: () => experiment,
    catch: (error) => UnusableExperiment.make({ file, detail: String(error) }),
  }).pipe(
    Effect.flatMap(hashFiles),
    Effect.map((hashes) => makeStudy(experiment, hashes)),
  )
})

const usesCorpus = (experiment: Parameters<typeof rewrite>[0]) => {
  let found = false
  rewrite(experiment, ({ stage }) => {
    found ||= stage === Corpus
    return undefined
  })
  return found
}
