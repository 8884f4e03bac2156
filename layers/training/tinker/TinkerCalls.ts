/** Requests of the protocol by name: what goes out, and what comes back. */
import { Effect, Schema } from "effect"
import { schemaIssues } from "../../../src/domain/schemaIssues.ts"
import { TrainerMisunderstood, TrainerRejected } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import { protobufType } from "./Proto.ts"
import { jsonCall } from "./TinkerHttp.ts"
import type { Answer, Call, TinkerHttp } from "./TinkerHttp.ts"
import { protocol } from "./TinkerProtocol.ts"
import type { AnswerOf, Protocol, RequestOf } from "./TinkerProtocol.ts"
import { decodeForwardBackward, decodeSampleOutput, encodeForwardBackward } from "./TinkerWire.ts"

export type Name = keyof Protocol

/**
 * Any request of the protocol, as it is: unchecked numbers, no recovery but the waiting for its answer. A body of
 * another form is refused before it is sent.
 */
export type Send = <N extends Name>(name: N, body: RequestOf<N>) => Effect.Effect<AnswerOf<N>, TrainerError>

export const makeSend =
  (http: TinkerHttp): Send =>
  (name, body) =>
    Schema.validateEither(schemaOf(protocol[name].request))(body).pipe(
      Effect.mapError((error) => refused(http, name, schemaIssues(error).join("; "))),
      Effect.flatMap(() =>
        Effect.try({ try: () => callOf(name, body), catch: (error) => refused(http, name, String(error)) }),
      ),
      Effect.flatMap((call) => carryOut(http, name, call)),
    )

/** The request as it goes out. Throws on token ids of a pass that are not whole numbers. */
export const callOf = <N extends Name>(name: N, body: RequestOf<N>): Call => {
  const { get, resend, type } = { ...nothing, ...protocol[name] }
  const { model_id, model_path, seq_id: seqId } = body as Place
  const modelId = model_id ?? modelIn(model_path)
  if (get === true) return { method: "GET", path: name }
  if (isPass(name, body)) {
    const bytes = encodeForwardBackward(body)
    return { method: "POST", path: name, modelId, seqId, body: { bytes, contentType: protobufType } }
  }
  return jsonCall(name, { ...body, type }, { modelId, seqId, ...(resend === undefined ? {} : { resend }) })
}

/** Sends a request and waits for its answer. */
export const carryOut = <N extends Name>(
  http: TinkerHttp,
  name: N,
  call: Call,
): Effect.Effect<AnswerOf<N>, TrainerError> =>
  protocol[name].answers === "now"
    ? http.json(call, schemaOf<AnswerOf<N>>(protocol[name].answer))
    : Effect.flatMap(http.submit(call), (id) => Effect.flatMap(http.result(call, id), answerOf(http, name, call)))

/** The result of a request that is answered later. */
export const answerOf =
  <N extends Name>(http: TinkerHttp, name: N, { modelId, seqId }: Pick<Call, "modelId" | "seqId"> = {}) =>
  (answer: Answer): Effect.Effect<AnswerOf<N>, TrainerMisunderstood> => {
    const misunderstood = (detail: string) =>
      new TrainerMisunderstood({ endpoint: http.endpoint, request: name, modelId, seqId, detail })
    const decodeBytes = binary[name]
    if (answer._tag === "Json" && decodeBytes !== undefined)
      return Effect.fail(misunderstood("JSON where protobuf was expected"))
    if (answer._tag === "Json")
      return Schema.decodeUnknown(schemaOf<AnswerOf<N>>(protocol[name].answer))(answer.value).pipe(
        Effect.mapError((error) => misunderstood(error.message)),
      )
    if (decodeBytes === undefined) return Effect.fail(misunderstood("protobuf where JSON was expected"))
    return Effect.try({
      try: () => decodeBytes(answer.bytes) as AnswerOf<N>,
      catch: (error) => misunderstood(String(error)),
    })
  }

/** The id in a checkpoint's path, `tinker://MODEL/...`. */
export const modelIn = (path: string | undefined): string | undefined => /^tinker:\/\/([^/]+)/.exec(path ?? "")?.[1]

interface Place {
  readonly model_id?: string
  readonly model_path?: string
  readonly seq_id?: number
}

const binary: Partial<Record<Name, (bytes: Uint8Array) => unknown>> = {
  forward_backward: decodeForwardBackward,
  asample: decodeSampleOutput,
}

const isPass = (name: Name, _body: unknown): _body is RequestOf<"forward_backward"> => name === "forward_backward"

const nothing: { readonly get?: boolean; readonly resend?: boolean; readonly type?: string } = {}

/** The table's schemas have no transformations and need no services. */
const schemaOf = <A>(schema: Schema.Schema.All) => schema as Schema.Schema<A, unknown>

const refused = (http: TinkerHttp, request: string, detail: string) =>
  new TrainerRejected({ endpoint: http.endpoint, request, status: 0, detail })
