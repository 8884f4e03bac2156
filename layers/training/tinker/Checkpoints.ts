/** Saved checkpoints of a model, as the server lists them. */
import { Clock, Duration, Effect, Schema } from "effect"
import { TrainerUnavailable } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { TinkerHttp } from "./TinkerHttp.ts"

/** Paths of the finished checkpoints of a model, live or not. */
export const listCheckpoints = (
  http: TinkerHttp,
  modelId: string,
): Effect.Effect<ReadonlyArray<string>, TrainerError> =>
  http
    .json({ method: "GET", path: `training_runs/${encodeURIComponent(modelId)}/checkpoints` }, Listing)
    .pipe(Effect.map(({ checkpoints }) => checkpoints.map((checkpoint) => checkpoint.tinker_path)))

/** Waits until a checkpoint (`weights/NAME` or `sampler_weights/NAME`) is finished. Succeeds with its path. */
export const awaitCheckpoint = (http: TinkerHttp, modelId: string, slot: string): Effect.Effect<string, TrainerError> =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    while (true) {
      const path = (yield* listCheckpoints(http, modelId)).find((candidate) => candidate.endsWith(`/${slot}`))
      if (path !== undefined) return path
      if ((yield* Clock.currentTimeMillis) - start > Duration.toMillis(http.timing.patience)) {
        const detail = `the checkpoint ${slot} was begun and never finished`
        return yield* new TrainerUnavailable({ endpoint: http.endpoint, request: "training_runs", modelId, detail })
      }
      yield* Effect.sleep(http.timing.pollFloor)
    }
  })

const Listing = Schema.Struct({ checkpoints: Schema.Array(Schema.Struct({ tinker_path: Schema.String })) })
