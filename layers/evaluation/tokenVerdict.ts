/** How much the assistant wrote: what CollabLLM's recipes take off (paper 3.1). */
import { Effect } from "effect"
import type { Verdict } from "../../src/domain/Rollout.ts"
import type { Judged } from "./Judge.ts"
import type { TokenReward } from "./Reward.ts"

export const tokenVerdict = ({ per }: TokenReward, { dialogue, of }: Judged) => {
  const counts = of === "reply" ? dialogue.replyTokens.slice(-1) : dialogue.replyTokens
  const tokens = counts.reduce((sum, count) => sum + count, 0)
  return Effect.succeed<Verdict>({ reward: tokens / per, checks: [], measures: { tokens } })
}
