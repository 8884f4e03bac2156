/**
 * Moves a trainer's saved state out of its server and back into one, as one file. Checkpoints are artifacts: they
 * outlive the server, its folder and its database.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { TrainerRejected } from "../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../src/domain/TrainerError.ts"

export class CheckpointFiles extends Context.Tag("understudy/layers/training/CheckpointFiles")<
  CheckpointFiles,
  {
    /** The saved state at a path of `saveState` as bytes. */
    readonly pack: (path: string) => Effect.Effect<Uint8Array, TrainerError>
    /** Hands packed state to the server; gives the path to restore from. Doing it twice is doing it once. */
    readonly unpack: (bytes: Uint8Array) => Effect.Effect<string, TrainerError>
  }
>() {
  /** For servers that keep checkpoints themselves and give no access to the files: the artifact names the place. */
  static readonly layerKeptBy = (endpoint: string) =>
    Layer.succeed(
      CheckpointFiles,
      CheckpointFiles.of({
        pack: (path) => Effect.succeed(Buffer.from(JSON.stringify({ endpoint, path }))),
        unpack: (bytes) =>
          decodePlace(Buffer.from(bytes).toString("utf8")).pipe(
            Effect.mapError(({ message }) => message),
            Effect.filterOrFail(
              (place) => place.endpoint === endpoint,
              (place) => `it was saved at ${place.endpoint}`,
            ),
            Effect.mapBoth({
              onFailure: (detail) =>
                TrainerRejected.make({
                  endpoint,
                  request: "restore",
                  status: 0,
                  detail: `the checkpoint is unusable: ${detail}`,
                }),
              onSuccess: ({ path }) => path,
            }),
          ),
      }),
    )
}

const decodePlace = Schema.decodeUnknown(
  Schema.parseJson(Schema.Struct({ endpoint: Schema.String, path: Schema.String })),
)
