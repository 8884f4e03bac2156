import { Schema } from "effect"
import { isSuccess, passAtCurve, passAtK, passHatCurve, passHatK } from "../../../layers/evaluation/statistics/passK.ts"
import { difference, topic } from "../Topic.ts"

const Counts = { n: Schema.Int, c: Schema.Int, k: Schema.Int }
const Input = Schema.Union(
  Schema.Struct({ op: Schema.Literal("pass_hat_k", "pass_at_k"), ...Counts }),
  Schema.Struct({
    op: Schema.Literal("aggregate_pass_hat"),
    num_trials: Schema.Int,
    simulations: Schema.Array(
      Schema.Struct({ task: Schema.String, reward: Schema.Number, infra: Schema.optional(Schema.Boolean) }),
    ),
  }),
  Schema.Struct({
    op: Schema.Literal("aggregate_pass_at"),
    n: Schema.Array(Schema.Int),
    c: Schema.Array(Schema.Int),
    ks: Schema.Array(Schema.Int),
  }),
)

/** pass^k and pass@k. Where the source refuses, the product's value is missing. */
export const passHatKTopic = topic(Input, (input, expected) => difference(outcome(input), expected, 1e-12))

const outcome = (input: typeof Input.Type): unknown => {
  if (input.op === "aggregate_pass_hat") {
    const trials = input.simulations.map(({ task, reward, infra }) => ({
      task,
      passed: infra === true ? null : isSuccess(reward),
    }))
    const { values, byTask } = passHatCurve(trials, input.num_trials)
    const named = Object.fromEntries(values.map((value, i) => [i + 1, value]))
    return { max_k: values.length, per_task: byTask, pass_hat_ks: named }
  }
  if (input.op === "aggregate_pass_at") {
    const trials = input.n.flatMap((n, task) =>
      Array.from({ length: n }, (_, i) => ({ task: String(task), passed: i < (input.c[task] ?? 0) })),
    )
    const { values } = passAtCurve(trials)
    return Object.fromEntries(input.ks.map((k) => [k, values[k - 1] ?? null]))
  }
  const { n, c, k } = input
  const value = input.op === "pass_hat_k" ? passHatK(n, c, k) : passAtK(n, c, k)
  return value === null ? { error: "ValueError" } : { [input.op]: value }
}
