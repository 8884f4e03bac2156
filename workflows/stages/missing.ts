/** How many rollouts the infrastructure may fail before a step is suspended instead of going on without them. */
import { Effect } from "effect"
import type { Rollout } from "../../src/domain/Rollout.ts"
import { StageFailure } from "../../src/index.ts"
import { outcomesOf } from "./counts.ts"

/** Share of rollouts, where a stage has no input for it. */
export const defaultFailureShare = 0.05

/** Fails when the infrastructure failed more than this share of the rollouts. */
export const refuseMissing = (
  records: ReadonlyArray<Rollout>,
  maxFailureShare: number,
): Effect.Effect<void, StageFailure> => {
  const missing = records.filter(({ failure }) => failure?.by === "infrastructure")
  if (missing.length <= maxFailureShare * records.length) return Effect.void
  const reasons = outcomesOf(missing).failures.map(({ reason, count }) => `${reason} (${count})`)
  return StageFailure.make({
    kind: "data",
    reason: `${missing.length} of ${records.length} rollouts failed: ${reasons.join(", ")}.`,
    advice:
      "Mend the cause, then `understudy retry --failures` asks again for what failed; what succeeded is not paid again.",
  })
}
