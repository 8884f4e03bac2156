import { Option, Schema } from "effect"
import { bootstrap, clusterBootstrap } from "../../../layers/evaluation/statistics/Resampling.ts"
import type { Resampled } from "../../../layers/evaluation/statistics/Resampling.ts"
import type { MeanInterval } from "../../../layers/evaluation/Bootstrap.ts"
import { mean } from "../../../layers/evaluation/statistics/moments.ts"
import { difference, topic } from "../Topic.ts"

const Numbers = Schema.Array(Schema.Number)
const Input = Schema.Union(
  Schema.Struct({ op: Schema.Literal("mean"), values: Numbers, confidence: Schema.Number }),
  Schema.Struct({
    op: Schema.Literal("clustered_mean"),
    participants: Schema.Array(Numbers),
    confidence: Schema.Number,
  }),
)
const Bounds = Schema.Struct({ low: Schema.Number, high: Schema.Number, standard_error: Schema.Number })
const Expected = Schema.Struct({
  mean: Schema.Number,
  percentile: Bounds,
  BCa: Schema.optional(Bounds),
  tolerance_at_10000_resamples: Schema.Number,
})

/** Without the fields that tell how the source varies. */
const decodeExpected = Schema.decodeUnknownOption(Expected)

/** Intervals from 10,000 resamples of our own generator, within the tolerance that each case states. */
export const bootstrapTopic = topic(Input, (input, expected) => {
  const decoded = decodeExpected(expected)
  if (Option.isNone(decoded)) return "the expected values are not understood"
  const of = (method: "percentile" | "bca") =>
    input.op === "mean"
      ? inTheirNames(bootstrap(input.values, mean, { method, confidence: input.confidence }))
      : inTheirNames(clusterBootstrap(observations(input.participants), { method, confidence: input.confidence }))
  const { tolerance_at_10000_resamples: tolerance, percentile, BCa } = decoded.value
  return (
    difference(of("percentile").mean, decoded.value.mean, 1e-12, "$.mean") ??
    difference(of("percentile"), percentile, tolerance, "$.percentile") ??
    (BCa === undefined ? undefined : difference(of("bca"), BCa, tolerance, "$.BCa"))
  )
})

const inTheirNames = (found: Resampled | MeanInterval | null) => ({
  mean: found === null ? null : "mean" in found ? found.mean : found.estimate,
  low: found?.low ?? null,
  high: found?.high ?? null,
  standard_error: found?.standardError ?? null,
})

export const observations = (participants: ReadonlyArray<ReadonlyArray<number>>) =>
  participants.flatMap((values, i) => values.map((value) => ({ cluster: String(i), value })))
