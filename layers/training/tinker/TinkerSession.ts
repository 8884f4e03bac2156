/** A session on a Tinker server: what was made in it goes away when nobody is heard from for some minutes. */
import { Effect, Schedule } from "effect"
import type { Scope } from "effect"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import { callOf, carryOut } from "./TinkerCalls.ts"
import type { TinkerHttp } from "./TinkerHttp.ts"
import { sdkVersion } from "./TinkerProtocol.ts"

/** Gives its id. Heartbeats keep it alive until the scope ends. */
export const openSession = (http: TinkerHttp): Effect.Effect<string, TrainerError, Scope.Scope> =>
  Effect.gen(function* () {
    const create = callOf("create_session", { tags: ["understudy"], sdk_version: sdkVersion })
    const { session_id } = yield* carryOut(http, "create_session", create)
    // An outage shows in the requests themselves; here it only delays the next beat.
    yield* carryOut(http, "session_heartbeat", callOf("session_heartbeat", { session_id })).pipe(
      Effect.ignore,
      Effect.repeat(Schedule.spaced(http.timing.heartbeat)),
      Effect.delay(http.timing.heartbeat),
      Effect.forkScoped,
    )
    return session_id
  })
