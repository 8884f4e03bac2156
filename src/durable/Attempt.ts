/**
 * How often a step was asked to be done anew (`retry --failures`). Whoever draws again when an answer is of no use may
 * draw that much further: the journal holds the useless answers and would give them once more.
 */
import { Context } from "effect"

export class Attempt extends Context.Reference<Attempt>()("understudy/durable/Attempt", {
  defaultValue: () => 0,
}) {}
