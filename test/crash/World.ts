/** What an experiment is run in while it is killed: a command line, and servers that tell what they were asked. */
import type { Effect } from "effect"

export interface World {
  /** Run by Node. Default: the command as users have it. */
  readonly main?: string
  readonly experiment: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** Calls `watcher` at every request from now on, until the next watcher is set. Not every world can tell. */
  readonly watch: (watcher: () => void) => void
  /** The model calls that the servers got since they were last asked for. All processes of the run have ended. */
  readonly calls: Effect.Effect<ReadonlyArray<ServerCall>>
  /** Called after a kill that is to take the trainer with it. */
  readonly trainerDied: () => void
}

/** A model call as a server got it. A training step is two: a pass, and the optimizer's step. */
export interface ServerCall {
  readonly kind: "chat" | "sample" | "score" | "forward" | "pass" | "step" | "save"
  /** Of `signatures`; undefined where the server has no answer. */
  readonly signature: string | undefined
}
