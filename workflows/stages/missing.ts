/** How many rollouts the infrastructure may fail before a step is suspended instead of going on without them. */
import { Effect, Schema } from "effect"
import { StageFailure } from "../../src/index.ts"
import type { Outcomes } from "./counts.ts"

/** Share of the rollouts of a first batch above which the others are not asked for. */
export const trialFailureShare = 0.5

/** Share of rollouts, where nothing else is said. */
export const defaultFailureShare = 0.05

/** The input of stages for that share. */
export const MaxFailureShare = Schema.Number.pipe(
  Schema.between(0, 1),
  Schema.optionalWith({ default: () => defaultFailureShare }),
)

/** Fails when the infrastructure failed more than this share of the rollouts. */
export const refuseMissing = (
  { rollouts, failures }: Pick<Outcomes, "rollouts" | "failures">,
  maxFailureShare: number,
  /** What they are, in the message. */
  what = "rollouts",
): Effect.Effect<void, StageFailure> => {
  const missing = failures.filter(({ by }) => by === "infrastructure")
  const failed = missing.reduce((sum, { count }) => sum + count, 0)
  if (failed <= maxFailureShare * rollouts) return Effect.void
  const reasons = missing.map(({ reason, count }) => `${reason} (${count})`)
  return StageFailure.make({
    kind: "data",
    reason: `${failed} of ${rollouts} ${what} failed: ${reasons.join(", ")}.`,
    advice:
      "Mend the cause, then `understudy retry --failures` asks again for what failed; what succeeded is not paid again.",
  })
}
