/** One thing that `understudy doctor` looks at. */
import { Effect } from "effect"

export interface Check {
  readonly check: string
  /** `warning`: runs work, and something should be known. `broken`: a run would fail. */
  readonly state: "ok" | "warning" | "broken"
  /** What was found and, unless it is ok, what to do. */
  readonly detail: string
}

export const ok = (check: string, detail: string): Check => ({ check, state: "ok", detail })
export const warning = (check: string, detail: string): Check => ({ check, state: "warning", detail })
export const broken = (check: string, detail: string): Check => ({ check, state: "broken", detail })

/** A check that fails, or dies, is broken; its message says what to do. */
export const checking = <E, R>(check: string, look: Effect.Effect<Check, E, R>): Effect.Effect<Check, never, R> =>
  look.pipe(
    Effect.catchAllDefect((defect) => Effect.fail(defect)),
    Effect.catchAll((error) => Effect.succeed(broken(check, error instanceof Error ? error.message : String(error)))),
  )
