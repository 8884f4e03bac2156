/** Rewards as experiment files write them: each gives the literal that the schema of the same name reads. */
import type { Check } from "./Checklist.ts"
import type * as R from "./Reward.ts"

type Options<E, K extends keyof E> = Omit<E, "_tag" | K>
type Judges = (typeof R.RubricReward.Encoded)["judges"]

export const rewards = {
  /** Verifiable checks. */
  checklist: (
    checks: ReadonlyArray<Check>,
    options: Options<typeof R.ChecklistReward.Encoded, "checks"> = {},
  ): typeof R.ChecklistReward.Encoded => ({ _tag: "ChecklistReward", checks, ...options }),

  /** The mean of several judges' grades. */
  rubric: (
    judges: Judges,
    options: Options<typeof R.RubricReward.Encoded, "judges"> = {},
  ): typeof R.RubricReward.Encoded => ({ _tag: "RubricReward", judges, ...options }),

  /** A rubric for how much the assistant draws the user into the work, as CollabLLM measures it, in words of our own. */
  interactivity: (
    judges: Judges,
    options: Options<typeof R.RubricReward.Encoded, "judges" | "rubric" | "anchors"> = {},
  ): typeof R.RubricReward.Encoded => ({
    _tag: "RubricReward",
    judges,
    rubric:
      "how well the assistant works together with the user: it asks about what is unclear, says what it assumes, and invites correction where that helps",
    anchors:
      "0 is an assistant that only answers and never engages, 5 one that engages at some turns or with questions that help little, 10 one that engages wherever it helps and nowhere else",
    ...options,
  }),

  /** Thousands of tokens that the assistant wrote. */
  tokens: { _tag: "TokenReward" } satisfies typeof R.TokenReward.Encoded,

  /** A program: `Reward.command(["python3", FileRef.make({ path })])`. */
  command: (
    command: (typeof R.CommandReward.Encoded)["command"],
    options: Options<typeof R.CommandReward.Encoded, "command"> = {},
  ): typeof R.CommandReward.Encoded => ({ _tag: "CommandReward", command, ...options }),

  /** A weighted sum: `Reward.mix([[1, rubric], [-0.1, Reward.tokens]])`. */
  mix: (parts: R.MixRewardEncoded["parts"]): R.MixRewardEncoded => ({ _tag: "MixReward", parts }),

  /** What the last reply leads to, by forward sampling. */
  multiTurnAware: (options: Omit<R.MultiTurnAwareRewardEncoded, "_tag">): R.MultiTurnAwareRewardEncoded => ({
    _tag: "MultiTurnAwareReward",
    ...options,
  }),

  /** Every assistant turn by itself. */
  turns: (
    each: R.ConversationRewardEncoded,
    options: Options<typeof R.TurnReward.Encoded, "each"> = {},
  ): typeof R.TurnReward.Encoded => ({ _tag: "TurnReward", each, ...options }),
}
