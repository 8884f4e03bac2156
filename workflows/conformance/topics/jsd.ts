import { Schema } from "effect"
import { jensenShannon, smoothedJensenShannon } from "../../../layers/evaluation/statistics/jensenShannon.ts"
import { difference, topic } from "../Topic.ts"

const Numbers = Schema.Array(Schema.Number)
const smoothedName = "jsd_nats_smoothed_1e-10"
const Expected = Schema.Struct({
  distance: Schema.NullOr(Schema.Number),
  [smoothedName]: Schema.NullOr(Schema.Number),
})

/** Jensen-Shannon divergence, squared values within 1e-12 and the distance within 1e-7. */
export const jsdTopic = topic(Schema.Struct({ p: Numbers, q: Numbers }), ({ p, q }, expected) => {
  if (!Schema.is(Expected)(expected)) return "the expected values are not understood"
  const plain = jensenShannon(p, q)
  const smoothed = smoothedJensenShannon(p, q)?.nats ?? null
  // The source takes the root of a tiny negative for almost equal vectors: not a number, where 0 is right.
  const isZero = smoothed !== null && smoothed < 1e-15
  const { distance, ...squared } = expected
  return (
    difference(plain?.distance ?? null, distance, 1e-7, "$.distance") ??
    difference(
      { jsd_nats: plain?.nats ?? null, jsd_bits: plain?.bits ?? null, [smoothedName]: smoothed },
      { ...squared, [smoothedName]: squared[smoothedName] ?? (isZero ? 0 : null) },
      1e-12,
    )
  )
})
