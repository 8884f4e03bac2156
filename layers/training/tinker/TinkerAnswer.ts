/** Results of finished requests, decoded. */
import { Effect, Schema } from "effect"
import { TrainerMisunderstood } from "../../../src/domain/TrainerError.ts"
import type { Answer, TinkerHttp } from "./TinkerHttp.ts"

interface Place {
  readonly request: string
  readonly modelId?: string | undefined
}

export const protocolError = (http: TinkerHttp, place: Place, detail: string) =>
  new TrainerMisunderstood({ endpoint: http.endpoint, ...place, detail })

/** A protobuf result. `decode` throws on other bytes. */
export const decodeBytes =
  <A>(http: TinkerHttp, place: Place, decode: (bytes: Uint8Array) => A) =>
  (answer: Answer): Effect.Effect<A, TrainerMisunderstood> =>
    answer._tag === "Json"
      ? Effect.fail(protocolError(http, place, "JSON where protobuf was expected"))
      : Effect.try({ try: () => decode(answer.bytes), catch: (error) => protocolError(http, place, String(error)) })

export const decodeJson =
  <A, I>(http: TinkerHttp, place: Place, schema: Schema.Schema<A, I>) =>
  (answer: Answer): Effect.Effect<A, TrainerMisunderstood> =>
    answer._tag === "Protobuf"
      ? Effect.fail(protocolError(http, place, "protobuf where JSON was expected"))
      : Effect.mapError(Schema.decodeUnknown(schema)(answer.value), (error) =>
          protocolError(http, place, error.message),
        )
