/**
 * An experiment as an Effect: typed from its axes to the services that its stages need. The command line adds progress,
 * limits and a report; this is what a program composes.
 */
import type { Effect } from "effect"
import * as Driver from "./Driver.ts"
import { cells } from "./Experiment.ts"
import type { Experiment } from "./Experiment.ts"
import * as Graph from "./Graph.ts"

type Ran = ReturnType<typeof Driver.run>

export interface RunExperimentOptions extends Driver.DriverOptions {
  /** SHA-256 of the files that its steps read, by path. */
  readonly files?: Graph.FileHashes
}

/**
 * Runs every step that is not done, and tells each one's outcome by its id. Fails where two stages of different bodies go
 * by one name; a suspended step is an outcome. Throws `InvalidInput` for a file whose hash is not given.
 */
export const runExperiment = <R>(
  experiment: Experiment<R>,
  { files, ...options }: RunExperimentOptions,
): Effect.Effect<Effect.Effect.Success<Ran>, Effect.Effect.Error<Ran>, R | Effect.Effect.Context<Ran>> =>
  Driver.run(Graph.make([...cells(experiment).map(({ step }) => step), ...experiment.collected], files), options)
