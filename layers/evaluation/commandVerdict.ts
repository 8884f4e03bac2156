/** The verdict of a program: what it is told of a rollout, and what its answer means. */
import { Effect } from "effect"
import type { Verdict } from "../../src/domain/Rollout.ts"
import { CommandScorer } from "./CommandScorer.ts"
import { floorVerdict } from "./floorVerdict.ts"
import type { Judged } from "./Judge.ts"
import type { CommandReward } from "./Reward.ts"

export const commandVerdict = Effect.fnUntraced(function* (
  reward: CommandReward,
  { dialogue, prompt, of = "conversation", caller }: Judged,
) {
  const scorer = yield* CommandScorer
  const said = yield* scorer.score(
    reward,
    {
      prompt: prompt.id,
      intent: prompt.intent ?? null,
      ...(prompt.checklist === undefined ? {} : { checklist: prompt.checklist }),
      of,
      messages: dialogue.messages,
      tokens: dialogue.replyTokens,
    },
    caller,
  )
  if ("failure" in said) return floorVerdict(reward, dialogue, said.failure.reason)
  return { reward: said.reward, checks: [], measures: said.measures ?? {} } satisfies Verdict
})
