/** How many judgments may fail before a step is suspended instead of going on without them. */
import { Effect } from "effect"
import type { JudgeFailureCount } from "../../src/domain/WildBench.ts"
import { StageFailure } from "../../src/index.ts"

interface Judgments {
  /** A judge on an answer. */
  readonly asked: number
  readonly judgeFailures: ReadonlyArray<typeof JudgeFailureCount.Type>
}

/** Fails where judges gave no verdict, or not all, on more than this share of what they were shown. */
export const refuseVerdicts = (
  { asked, judgeFailures }: Judgments,
  maxFailureShare: number,
): Effect.Effect<void, StageFailure> => {
  const failed = judgeFailures.reduce((sum, { count }) => sum + count, 0)
  if (failed <= maxFailureShare * asked) return Effect.void
  const reasons = judgeFailures.map(({ judge, reason, count }) => `${judge}: ${reason} (${count})`)
  return StageFailure.make({
    kind: "data",
    reason: `${failed} of ${asked} judgments failed: ${reasons.join(", ")}.`,
    advice:
      "Look at what the judges answered with `understudy show`. Then mend the cause, or raise `maxFailureShare` to go on with verdicts missing; `understudy retry --failures` asks again for what failed, and what was answered is not paid again.",
  })
}
