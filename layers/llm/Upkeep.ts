/** Keeps the server of an endpoint up while it is asked. Endpoints whose server runs anyhow need none. */
import type { Effect } from "effect"

export interface Upkeep {
  /**
   * A request from before its first attempt to its end, retries included: the server is started where it isn't up, and
   * not stopped meanwhile. `ready` waits while it is started again; every attempt has to. `failed` makes the error of a
   * server that can't be had.
   */
  readonly during: <A, E>(
    use: (ready: Effect.Effect<void, E>) => Effect.Effect<A, E>,
    failed: (why: string) => E,
  ) => Effect.Effect<A, E>
}
