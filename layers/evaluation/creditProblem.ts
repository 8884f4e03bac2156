/** Whether a reward's turns can be credited as it says. */
import { turnCredits } from "../training/TurnCredit.ts"
import { floorOf } from "./floorVerdict.ts"
import type { Reward } from "./Reward.ts"

/** What is wrong where a turn can have a credit below 0; a program's rewards count by their range, tokens as one at least. */
export const creditProblem = (reward: Reward): string | undefined => {
  if (reward._tag !== "TurnReward") return undefined
  const least = floorOf(reward.each, { replyTokens: [1] })
  const [credit = 0] = turnCredits([least], reward.credit)
  return credit < 0
    ? `reward: credit "${reward.credit}" shares the advantage out among turns by what they are worth, and one of these can be worth ${least}: a share below 0 would turn the advantage round. Say credit: "Equalized", or leave what is taken off out of the reward of a turn.`
    : undefined
}
