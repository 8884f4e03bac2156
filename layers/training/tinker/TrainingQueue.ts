/** The numbered requests of one model: handed in one at a time, and none carried out twice. */
import { Effect, Exit, Cause } from "effect"
import { ModelLost, TrainerMisunderstood } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Answer, Call, TinkerHttp } from "./TinkerHttp.ts"

export interface TrainingQueue {
  /**
   * Hands in the request that `encode` makes for the next number and waits for its result. `changes`: a request of
   * unknown outcome leaves the model's state in doubt. `encode` gives equal bytes for equal numbers; it may throw.
   */
  readonly request: (changes: boolean, encode: (seqId: number) => Call) => Effect.Effect<Answer, TrainerError>
}

export const makeTrainingQueue = (http: TinkerHttp, modelId: string): TrainingQueue => {
  const turn = Effect.unsafeMakeSemaphore(1)
  let last = 0
  /** Requests whose outcome is unknown, by their numbers. They have to be made again before anything else. */
  let doubtful: ReadonlyArray<Call> = []
  const doubt = (call: Call) => {
    doubtful = [...doubtful, call].sort((one, other) => (one.seqId ?? 0) - (other.seqId ?? 0))
  }

  const next = (encode: (seqId: number) => Call) =>
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

  const handIn = (encode: (seqId: number) => Call) =>
    next(encode).pipe(
      Effect.flatMap((call) => {
        const before = last
        last = Math.max(last, call.seqId ?? 0)
        return http.submit(call).pipe(
          Effect.map((requestId) => ({ call, requestId })),
          Effect.onExit((exit) => {
            if (Exit.isSuccess(exit)) return Effect.void
            // A refused request has not used its number up.
            return Effect.sync(() => (isUnknown(exit.cause) ? doubt(call) : (last = before)))
          }),
        )
      }),
      turn.withPermits(1),
    )

  return {
    request: (changes, encode) =>
      Effect.uninterruptibleMask((restore) =>
        restore(handIn(encode)).pipe(
          Effect.flatMap(({ call, requestId }) =>
            restore(http.result(call, requestId)).pipe(
              Effect.onExit((exit) =>
                Effect.sync(() => {
                  if (changes && Exit.isFailure(exit) && isUnknown(exit.cause)) doubt(call)
                }),
              ),
            ),
          ),
        ),
      ),
  }
}

const encoded = (encode: (seqId: number) => Call, seqId: number, http: TinkerHttp, modelId: string) =>
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
