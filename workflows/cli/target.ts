/** What `FILE or NAME` on the command line means: an experiment file, or what was last run under a name in the home. */
import { Args } from "@effect/cli"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { readRunRecord, recordOf } from "../RunRecord.ts"
import { loadChanged, loadStudy, noChanges } from "./loadStudy.ts"
import type { GivenChanges } from "./loadStudy.ts"
import { UnusableExperiment } from "./LoadExperiment.ts"

export const target = Args.text({ name: "experiment" }).pipe(
  Args.withDescription("An experiment file, or the name of an experiment that ran in the home"),
)

/** Names are words of a-z, 0-9 and -; everything else, and whatever exists, is a file. */
export const isFile = (given: string) => existsSync(given) || !/^[a-z0-9][a-z0-9-]*$/.test(given)

/** By name: the recorded file, as it is now, with the recorded changes. */
export const studyOf = Effect.fn("studyOf")(function* (given: string, changes: GivenChanges = noChanges) {
  if (isFile(given)) return yield* loadStudy(given, changes)
  const { file, changes: recorded } = yield* readRunRecord(given)
  if (file === null) {
    const detail = "it was run from a program, not from a file. Give the program, or a file, instead"
    return yield* UnusableExperiment.make({ file: given, detail })
  }
  return yield* loadChanged(file, recorded)
})

/** By name: what was run, whatever has become of its file since. */
export const recordFor = Effect.fn("recordFor")(function* (given: string, changes: GivenChanges = noChanges) {
  return isFile(given) ? recordOf(yield* loadStudy(given, changes)) : yield* readRunRecord(given)
})
