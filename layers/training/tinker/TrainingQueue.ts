/** The numbered requests of one model: handed in one at a time, and none carried out twice. */
import { Effect, Exit, Cause } from "effect"
import { ModelLost, TrainerMisunderstood } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Answer, Call, TinkerHttp } from "./TinkerHttp.ts"

/** Makes the request for a number. Gives equal bytes for equal numbers; may throw. */
export type Encode = (seqId: number) => Call

export interface TrainingQueue {
  /**
   * Hands the requests in under the next numbers, each accepted before the next and none of others between them, and
   * waits for all results, which come in their order. `changes`: of unknown outcome, they leave the model's state in
   * doubt; so do several of which only some were carried out.
   */
  readonly request: (
    changes: boolean,
    encodes: ReadonlyArray<Encode>,
  ) => Effect.Effect<ReadonlyArray<Answer>, TrainerError>
}

export const makeTrainingQueue = (http: TinkerHttp, modelId: string): TrainingQueue => {
  const turn = Effect.unsafeMakeSemaphore(1)
  let last = 0
  /** Requests whose outcome is unknown, by their numbers. They have to be made again before anything else. */
  let doubtful: ReadonlyArray<Call> = []
  const doubt = (calls: ReadonlyArray<Call>) => {
    const numbers = new Set(calls.map(({ seqId }) => seqId))
    const others = doubtful.filter(({ seqId }) => !numbers.has(seqId))
    doubtful = [...others, ...calls].sort((one, other) => (one.seqId ?? 0) - (other.seqId ?? 0))
  }

  const next = (encode: Encode) =>
    Effect.gen(function* () {
      const [first, ...others] = doubtful
      const call = yield* encoded(encode, first?.seqId ?? last + 1, http, modelId)
      if (first === undefined) return call
      if (!sameCall(first, call)) {
        const detail = `the outcome of ${first.path} (seq ${first.seqId}) is unknown, and this is another request`
        return yield* new ModelLost({ endpoint: http.endpoint, request: call.path, modelId, detail })
      }
      doubtful = others
      return call
    })

  const handIn = (encode: Encode, accepted: Array<Accepted>) =>
    Effect.flatMap(next(encode), (call) => {
      const before = last
      last = Math.max(last, call.seqId ?? 0)
      return http.submit(call).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (Exit.isSuccess(exit)) accepted.push({ call, requestId: exit.value })
            else if (isUnknown(exit.cause)) doubt([call])
            // A refused request has not used its number up.
            else last = before
          }),
        ),
      )
    })

  return {
    request: (changes, encodes) =>
      Effect.suspend(() => {
        const accepted: Array<Accepted> = []
        const doubtAll = Effect.sync(() => doubt(accepted.map(({ call }) => call)))
        const handedIn = Effect.forEach(encodes, (encode) => handIn(encode, accepted), { discard: true }).pipe(
          Effect.onError((cause) => (changes || isUnknown(cause) ? doubtAll : Effect.void)),
          turn.withPermits(1),
        )
        const results = Effect.suspend(() =>
          Effect.forEach(accepted, ({ call, requestId }) => http.result(call, requestId), { concurrency: "unbounded" }),
        )
        return Effect.zipRight(handedIn, results).pipe(
          Effect.onError((cause) => (changes && (accepted.length > 1 || isUnknown(cause)) ? doubtAll : Effect.void)),
        )
      }),
  }
}

interface Accepted {
  readonly call: Call
  readonly requestId: string
}

const encoded = (encode: Encode, seqId: number, http: TinkerHttp, modelId: string) =>
  Effect.try({
    try: () => encode(seqId),
    catch: (error) =>
      new TrainerMisunderstood({
        endpoint: http.endpoint,
        request: "training request",
        modelId,
        seqId,
        detail: String(error),
      }),
  })

/** Whether the server may or may not carry the request out. */
const isUnknown = (cause: Cause.Cause<TrainerError>): boolean => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "None" || failure.value._tag === "TrainerUnavailable"
}

const sameCall = (one: Call, other: Call): boolean =>
  one.path === other.path && Buffer.compare(one.body?.bytes ?? nothing, other.body?.bytes ?? nothing) === 0

const nothing = new Uint8Array()
