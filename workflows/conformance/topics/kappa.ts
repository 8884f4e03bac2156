import { Schema } from "effect"
import { cohenKappa, fleissKappa, labelCounts } from "../../../layers/evaluation/statistics/agreement.ts"
import { krippendorffAlpha } from "../../../layers/evaluation/statistics/krippendorffAlpha.ts"
import { difference, topic } from "../Topic.ts"

const Labels = Schema.Array(Schema.Union(Schema.Number, Schema.String, Schema.Boolean))
const Input = Schema.Union(
  Schema.Struct({ op: Schema.Literal("cohen"), a: Labels, b: Labels }),
  Schema.Struct({ op: Schema.Literal("fleiss"), ratings: Schema.Array(Labels) }),
  Schema.Struct({
    op: Schema.Literal("krippendorff"),
    ratings_by_judge: Schema.Array(Schema.Array(Schema.NullOr(Schema.Number))),
  }),
)

/** Agreement of raters. What the source refuses is undefined here. */
export const kappaTopic = topic(Input, (input, expected) => {
  const actual = outcome(input)
  const refused = Schema.is(Schema.Struct({ error: Schema.Unknown }))(expected)
  if (refused) return Object.values(actual).every((value) => value === null) ? undefined : "it has to be undefined"
  return difference(actual, expected, 1e-10)
})

const outcome = (input: typeof Input.Type): Readonly<Record<string, unknown>> => {
  if (input.op === "cohen") {
    const of = (weights: "unweighted" | "linear" | "quadratic") => cohenKappa(input.a, input.b, weights)
    return { unweighted: of("unweighted"), linear: of("linear"), quadratic: of("quadratic") }
  }
  if (input.op === "fleiss") return { kappa: fleissKappa(input.ratings), counts_table: labelCounts(input.ratings) }
  const of = (level: Parameters<typeof krippendorffAlpha>[1]) => krippendorffAlpha(input.ratings_by_judge, level)
  return { nominal: of("nominal"), ordinal: of("ordinal"), interval: of("interval"), ratio: of("ratio") }
}
