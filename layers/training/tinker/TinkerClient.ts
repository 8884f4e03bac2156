/** The client by itself: no experiment, no home, no journal. */
import type { HttpClient } from "@effect/platform"
import { Effect } from "effect"
import type { Redacted, Scope } from "effect"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Trainer, TrainerCapabilities } from "../../../src/ports/Trainer.ts"
import { makeSend } from "./TinkerCalls.ts"
import type { Send } from "./TinkerCalls.ts"
import { hosted, skyrl } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import { makeTinkerHttp } from "./TinkerHttp.ts"
import type { TinkerTiming } from "./TinkerHttp.ts"
import type { PassLimits } from "./passParts.ts"
import { discover } from "./TinkerServer.ts"
import { openSession } from "./TinkerSession.ts"
import { trainerOn } from "./TinkerTrainer.ts"

export interface TinkerOptions {
  /** Without `/api/v1`, such as `http://127.0.0.1:8000`. */
  readonly url: string
  /** Sent as `X-API-Key`. A local server takes requests without. */
  readonly apiKey?: Redacted.Redacted
  /** How the server differs from others. Default: the hosted service's where that is the address, else `skyrl`. */
  readonly dialect?: TinkerDialect
  readonly timing?: Partial<TinkerTiming>
  /** Above which a pass is sent in several requests. Default: `passLimits`. */
  readonly limits?: PassLimits
}

/** Trains and samples as the port `Trainer` does, and sends any request of the protocol as it is. */
export interface TinkerClient extends Omit<typeof Trainer.Service, "capabilities"> {
  /** Discovered when the client was made. */
  readonly capabilities: TrainerCapabilities
  readonly send: Send
  /** Gives the id of a session that is kept alive until the scope ends, for requests that need one. */
  readonly session: Effect.Effect<string, TrainerError, Scope.Scope>
}

/** Asks the server what it offers. Models, with their sessions, end with the scopes in which they are created. */
export const connect = (options: TinkerOptions): Effect.Effect<TinkerClient, TrainerError, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const http = yield* makeTinkerHttp(options)
    const capabilities = yield* discover(http)
    const dialect = options.dialect ?? (capabilities.kind === "hosted" ? hosted : skyrl)
    const trainer = trainerOn(http, { ...options, dialect })
    return { ...trainer, capabilities, send: makeSend(http), session: openSession(http) }
  })
