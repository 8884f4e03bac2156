/** Exit codes: 0 done, 1 failed, 2 suspended (needs an operator), 3 waiting, 64 bad usage, 130 interrupted. */
import { Effect } from "effect"

/** Leaves with this code once everything is released. */
export const exitCode = (code: 0 | 1 | 2 | 3 | 64 | 130) =>
  Effect.sync(() => {
    process.exitCode = code
  })
