/**
 * What all models on one server share: connections, the number of requests at once, the rate, the breaker. A request
 * goes retry(permit -> breaker -> budget -> rate -> send -> settle): only those with a permit can stand at the breaker or
 * hold money, so a crowd waits in one cheap place, and nothing is reserved during a pause.
 */
import { Effect } from "effect"
import type { Duration } from "effect"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import type { InvalidOutput, LlmError } from "../../src/domain/LlmError.ts"
import type { Usage } from "../../src/domain/ModelSpec.ts"
import type { Sending, Sent } from "../../src/journal/CallJournal.ts"
import { makeAdaptiveLimit } from "./AdaptiveLimit.ts"
import type { Budget } from "./Budget.ts"
import { makeCircuitBreaker } from "./CircuitBreaker.ts"
import type { Endpoint } from "./LlmConfig.ts"
import type { KeptReply, Reply } from "./OpenAiClient.ts"
import { urlAdvice } from "./OpenAiErrors.ts"
import type { Asked, Failed } from "./OpenAiErrors.ts"
import { makeRateLimit } from "./RateLimit.ts"
import { retryAfterMs, retrySchedule } from "./RetryPolicy.ts"
import type { RetryPolicy } from "./RetryPolicy.ts"
import { undiciFetch } from "./UndiciFetch.ts"
import type { Fetch } from "./UndiciFetch.ts"
import type { Upkeep } from "./Upkeep.ts"

export interface OpenAiEndpoint {
  readonly fetch: Fetch
  readonly send: (request: GuardedRequest) => Effect.Effect<Sent<KeptReply>, LlmError>
}

export interface GuardedRequest {
  readonly asked: Asked
  /** Of the journal: seeds the jitter. */
  readonly key: string
  /** Whose turn it is: steps share an endpoint evenly. */
  readonly step: string
  readonly worst: Usage
  readonly worstMicros: number
  readonly micros: (usage: Usage) => number
  readonly sending: Sending
  /** One request. */
  readonly once: Effect.Effect<Reply, Failed>
}

export interface EndpointOptions {
  readonly endpoint: Endpoint
  readonly budget: typeof Budget.Service
  readonly policy: RetryPolicy
  /** Before the breaker's first probe. Default 1 second. */
  readonly cooldown?: Duration.DurationInput
  /** Of a server that this process starts. */
  readonly upkeep?: Upkeep | undefined
}

export const makeOpenAiEndpoint = Effect.fn("OpenAiEndpoint.make")(function* (options: EndpointOptions) {
  const { endpoint, budget, policy } = options
  const concurrency = endpoint.concurrency ?? 256
  const fetch = yield* undiciFetch({ connections: concurrency })
  const limit = makeAdaptiveLimit({ max: concurrency })
  const rate = makeRateLimit(endpoint)
  const breaker = makeCircuitBreaker({ ...policy, ...(options.cooldown && { cooldown: options.cooldown }) })
  /** An answer in this API's form has come: a malformed one is now the exception, not the wrong server. */
  let understood = false
  const patience = () => (breaker.heard() ? policy.patience : policy.firstPatience)

  const attempt = ({ worst, worstMicros, micros, sending, once, step }: GuardedRequest) =>
    budget
      .reserving(worstMicros, ({ sent, charge }) =>
        rate.take(tokensOf(worst)).pipe(
          Effect.zipRight(sending.begin),
          Effect.zipRight(sent),
          Effect.zipRight(once),
          Effect.flatMap(({ kept, usage = worst }): Effect.Effect<Sent<KeptReply>> => {
            const price = micros(usage)
            understood = true
            return charge(price).pipe(
              Effect.zipRight(rate.giveBack(tokensOf(worst) - tokensOf(usage))),
              Effect.as({ answer: kept, usage, micros: price }),
            )
          }),
          Effect.catchIf(isFailed, ({ error, maybeBilled }) => {
            const price = maybeBilled ? worstMicros : 0
            return sending
              .failed(error, price)
              .pipe(
                Effect.zipRight(charge(price)),
                Effect.zipRight(rate.pause(retryAfterMs(error))),
                Effect.zipRight(Effect.fail(error)),
              )
          }),
        ),
      )
      .pipe(breaker.guard, limit.withPermit(step))

  const persevere = (request: GuardedRequest, once: Effect.Effect<Sent<KeptReply>, LlmError>) =>
    once.pipe(
      Effect.retry(retrySchedule(policy, request.key, { patience, isFinal: breaker.isFinal })),
      Effect.mapError((error) => {
        if (error._tag === "Unavailable" && !breaker.heard()) return neverHeard(error, request.asked)
        return error._tag === "InvalidOutput" && !understood ? neverUnderstood(error, request.asked) : error
      }),
    )

  const send: OpenAiEndpoint["send"] = (request) => {
    const once = attempt(request)
    const { upkeep } = options
    if (upkeep === undefined) return persevere(request, once)
    return upkeep.during<Sent<KeptReply>, LlmError>(
      // A start takes minutes: nobody waits for it with a permit, and no breaker counts it.
      (ready) => persevere(request, Effect.zipRight(ready, once)),
      (why) => notServed(why, request.asked),
    )
  }

  return { fetch, send } satisfies OpenAiEndpoint
})

const tokensOf = ({ promptTokens, completionTokens }: Usage) => promptTokens + completionTokens

const isFailed = (error: LlmError | Failed): error is Failed => "maybeBilled" in error

const notServed = (detail: string, { url, model }: Asked): LlmError =>
  Misconfigured.make({ endpoint: url, model, detail, advice: "" })

const neverHeard = ({ endpoint, model, detail }: Extract<LlmError, { _tag: "Unavailable" }>, asked: Asked) =>
  Misconfigured.make({ endpoint, model, detail: `nothing was ever heard from it: ${detail}`, advice: urlAdvice(asked) })

const neverUnderstood = ({ endpoint, model, detail }: InvalidOutput, asked: Asked) =>
  Misconfigured.make({ endpoint, model, detail, advice: urlAdvice(asked) })
