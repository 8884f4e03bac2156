/** The figures of WildBench's leaderboard that combine others. Rewards and macro scores are times 100 and 10 there. */

/** Plain mean over the three reference models: `mixture_of_rewards` of rewards, `task_macro_reward` of macro rewards. */
export const overReferences = (rewards: ReadonlyArray<number>): number =>
  rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length

/** `RewardScore_Avg`: (`WB_score.task_macro` + `task_macro_reward`) / 2, both as the leaderboard shows them. */
export const rewardScoreAverage = (taskMacroScore: number, taskMacroReward: number): number =>
  (taskMacroScore + taskMacroReward) / 2
