import { Schema } from "effect"
import { Fate, preparation } from "../../../layers/generation/corpus/Preparation.ts"
import type { PreparedRow } from "../../../layers/generation/corpus/Preparation.ts"
import { uniqueIds } from "../../../layers/generation/corpus/uniqueIds.ts"
import { rulesOf } from "../../../layers/generation/corpus/presets.ts"
import { difference, topic } from "../Topic.ts"

const Row = Schema.Struct({
  conversation_id: Schema.String,
  conversation_hash: Schema.String,
  hashed_ip: Schema.NullOr(Schema.String),
  country: Schema.optional(Schema.NullOr(Schema.String)),
  language: Schema.String,
  conversation: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String })),
})
const Input = Schema.Struct({
  rows: Schema.Array(Row),
  ngram_threshold: Schema.Int,
  wildbench_ids: Schema.Array(Schema.String),
})
type Input = typeof Input.Type

/** What becomes of every row, and the order of each part, by the paper's repository and by its later release. */
export const wildchatSplitTopic = topic(Input, (input, expected) =>
  difference({ lab: split("lab", input), rel: split("rel", input) }, expected),
)

const split = (preset: "lab" | "rel", { rows, ngram_threshold: limit, wildbench_ids }: Input) => {
  const options = { languages: ["English"], ngram: { size: 7, limit }, shares: unused, seed: 0 }
  const ids = new Set(wildbench_ids)
  const { add, again, wanted, countExactly, decide, assign } = preparation(rulesOf(preset, options), {
    heldOut: (id) => ids.has(id),
  })
  const prepared = rows.map(rowReader())
  prepared.forEach((row) => add(row))
  if (again()) {
    for (const pass of [countExactly, decide]) wanted().forEach((row) => pass(row, prepared[row]?.opening ?? ""))
  }
  const { parts, fate, dropped } = assign()
  const order = { train: [...parts.simulator.rows], val: [...parts.validation.rows], test: [...parts.test.rows] }
  const assigned = rows.map((_, row) => names[fate(row)])
  for (const [name, part] of Object.entries(order)) for (const row of part) assigned[row] = name
  const unrepeated = rows.length - dropped.repeated
  return {
    assignment: assigned,
    order,
    stats: {
      input: rows.length,
      after_hash_deduplication: unrepeated,
      after_overlap_removal: unrepeated,
      after_language_filter: unrepeated - dropped.language,
      after_ngram_filter: unrepeated - dropped.language - dropped.ngram,
    },
  }
}

const rowReader = () => {
  const unique = uniqueIds()
  return (row: typeof Row.Type): PreparedRow => ({
    id: unique(row.conversation_hash),
    user: row.hashed_ip ?? "None",
    country: row.country,
    language: row.language,
    session: row.conversation_id,
    opening: row.conversation.find(({ role }) => role === "user")?.content ?? "",
  })
}

const unused = { simulator: 1, assistant: 1, validation: 1, test: 1 }

const names: Record<number, string> = {
  [Fate.repeated]: "dropped:duplicate",
  [Fate.language]: "dropped:language",
  [Fate.ngram]: "dropped:ngram",
}
