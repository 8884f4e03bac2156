/**
 * Moves a trainer's saved state out of its server and back into one, as one file. Checkpoints are artifacts: they
 * outlive the server, its folder and its database.
 */
import { Context } from "effect"
import type { Effect } from "effect"
import type { TrainerError } from "../../src/domain/TrainerError.ts"

export class CheckpointFiles extends Context.Tag("understudy/layers/training/CheckpointFiles")<
  CheckpointFiles,
  {
    /** The saved state at a path of `saveState` as bytes. */
    readonly pack: (path: string) => Effect.Effect<Uint8Array, TrainerError>
    /** Hands packed state to the server; gives the path to restore from. Doing it twice is doing it once. */
    readonly unpack: (bytes: Uint8Array) => Effect.Effect<string, TrainerError>
  }
>() {}
