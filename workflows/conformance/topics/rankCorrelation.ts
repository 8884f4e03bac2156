import { Schema } from "effect"
import { kendall, pearson, spearman } from "../../../layers/evaluation/statistics/correlation.ts"
import type { Correlation } from "../../../layers/evaluation/statistics/correlation.ts"
import { averageRanks } from "../../../layers/evaluation/statistics/ranks.ts"
import { difference, topic } from "../Topic.ts"

const Numbers = Schema.Array(Schema.Number)

/** Correlations within 1e-12 where the source is exact to that, p-values within 1e-9. */
export const rankCorrelationTopic = topic(Schema.Struct({ x: Numbers, y: Numbers }), ({ x, y }, expected) =>
  difference(
    {
      pearson: inTheirNames(pearson(x, y)),
      spearman: inTheirNames(spearman(x, y)),
      kendall_tau_b: inTheirNames(kendall(x, y)),
      kendall_tau_b_asymptotic: inTheirNames(kendall(x, y, "normal")),
      ranks_x: averageRanks(x),
    },
    expected,
    1e-9,
  ),
)

const inTheirNames = (found: Correlation | null) => ({ r: found?.r ?? null, p: found?.pValue ?? null })
