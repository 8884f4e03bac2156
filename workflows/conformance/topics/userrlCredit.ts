import { Schema } from "effect"
import { outcomeAdvantages, trajectoryScore, turnAdvantages, turnCredits } from "../../../layers/training/TurnCredit.ts"
import { difference, topic } from "../Topic.ts"

const Numbers = Schema.Array(Schema.Number)
const Methods = {
  gamma: Schema.Number,
  turn_level_method: Schema.Literal("Equalized", "R2G", "EM"),
  trajectory_score_method: Schema.Literal("Sum", "R2G"),
}
const Credits = Schema.Struct({ op: Schema.Literal("turn_credits"), turn_rewards: Numbers, ...Methods })
const Rows = Schema.Struct({
  op: Schema.Literal("advantage"),
  epsilon: Schema.Number,
  norm_by_std: Schema.Boolean,
  ...Methods,
  rows: Schema.Array(
    Schema.Struct({ group: Schema.String, response_mask: Numbers, turn_starts: Numbers, turn_rewards: Numbers }),
  ),
})
const Plain = Schema.Struct({
  op: Schema.Literal("grpo"),
  norm_by_std: Schema.Boolean,
  groups: Schema.Array(Schema.String),
  scores: Numbers,
})

/** Turn credits, trajectory scores and advantages. The source computes in 32 bits, hence the tolerance. */
export const userrlCreditTopic = topic(Schema.Union(Credits, Rows, Plain), (input, expected) =>
  difference(outcome(input), expected, 1e-5),
)

const outcome = (input: typeof Credits.Type | typeof Rows.Type | typeof Plain.Type) => {
  switch (input.op) {
    case "turn_credits":
      return {
        turn_credits: turnCredits(input.turn_rewards, input.turn_level_method, input.gamma),
        trajectory_score: trajectoryScore(input.turn_rewards, input.trajectory_score_method, input.gamma),
      }
    case "advantage": {
      const rows = input.rows.map(({ group, response_mask, turn_starts, turn_rewards }) => ({
        group,
        mask: response_mask,
        turnStarts: turn_starts,
        rewards: turn_rewards,
      }))
      const { epsilon, norm_by_std: byDeviation, gamma } = input
      const [credit, score] = [input.turn_level_method, input.trajectory_score_method]
      return { advantages: turnAdvantages(rows, { epsilon, byDeviation, gamma, credit, score }) }
    }
    case "grpo":
      return { advantages: outcomeAdvantages(input.scores, input.groups, { byDeviation: input.norm_by_std }) }
  }
}
