/** Saved states of the embedded server as single files, so that they outlive its folder. */
import { HttpClient, HttpClientRequest } from "@effect/platform"
import type { HttpClientResponse } from "@effect/platform"
import { Effect, Layer, Schema } from "effect"
import { TrainerMisunderstood, TrainerRejected, TrainerUnavailable } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import { CheckpointFiles } from "../CheckpointFiles.ts"
import { EmbeddedServer } from "./EmbeddedServer.ts"

/**
 * A packed state is tar in zstd: the files of the checkpoint and the model's description, about 6 MB at rank 8. Its path
 * after unpacking is named by the hash of the bytes. Only training states are packed: this server samples no checkpoint
 * of a model that is not loaded, so a sampler checkpoint would be of no use.
 */
export const make = Effect.fn("EmbeddedCheckpointFiles.make")(function* (url: string) {
  const client = yield* HttpClient.HttpClient
  const exchange = <A>(
    request: HttpClientRequest.HttpClientRequest,
    read: (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<A, { readonly message: string }>,
  ): Effect.Effect<A, TrainerError> =>
    Effect.gen(function* () {
      const place = { endpoint: url, request: "understudy/checkpoints" }
      const unavailable = ({ message }: { readonly message: string }) =>
        TrainerUnavailable.make({ ...place, detail: message })
      const response = yield* Effect.mapError(client.execute(request), unavailable)
      if (response.status === 200) {
        return yield* read(response).pipe(
          Effect.mapError(({ message }) => TrainerMisunderstood.make({ ...place, detail: message })),
        )
      }
      const detail = yield* Effect.mapError(response.text, unavailable)
      if (response.status >= 500) return yield* unavailable({ message: `${response.status} ${detail}` })
      return yield* TrainerRejected.make({ ...place, status: response.status, detail })
    }).pipe(Effect.scoped)

  const at = `${url}/understudy/checkpoints`
  return CheckpointFiles.of({
    pack: (path) =>
      exchange(HttpClientRequest.get(at, { urlParams: { path } }), (response) =>
        Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer)),
      ),
    unpack: (bytes) =>
      exchange(HttpClientRequest.post(at).pipe(HttpClientRequest.bodyUint8Array(bytes)), (response) =>
        Effect.map(Effect.flatMap(response.json, Schema.decodeUnknown(Unpacked)), ({ path }) => path),
      ),
  })
})

/** Of the embedded server in the context. */
export const layer: Layer.Layer<CheckpointFiles, never, EmbeddedServer | HttpClient.HttpClient> = Layer.effect(
  CheckpointFiles,
  Effect.flatMap(EmbeddedServer, ({ url }) => make(url)),
)

const Unpacked = Schema.Struct({ path: Schema.NonEmptyString })
