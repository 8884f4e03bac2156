/** What the engine's database holds of unfinished executions. The tables are those of @effect/cluster. */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import * as Database from "../journal/Database.ts"
import { format } from "./Runner.ts"

export interface Leftover {
  /** Name and version, such as `Evaluate/v1`. */
  readonly stage: string
  /** Executions that were begun and neither done nor failed for good: suspended, or left by a run that was killed. */
  readonly unfinished: number
  /** Shards that were under way and are gone from their stage: the end of the next run waits two seconds for them. */
  readonly orphans: number
}

/** Reads beside a run, and writes nothing. A file that isn't there has none. */
export const leftovers = Effect.fn("leftovers")(function* (filename: string) {
  if (!existsSync(filename)) return []
  const { run } = yield* Database.openReader(filename, format)
  const [there] = yield* run("SELECT 1 FROM sqlite_master WHERE name = 'cluster_messages'")
  if (there === undefined) return []
  return (yield* run(query)).map((row): Leftover => ({
    stage: String(row["stage"]),
    unfinished: Number(row["unfinished"]),
    orphans: Number(row["orphans"]),
  }))
})

const ended = (reply: string) => `json_extract(${reply}.payload, '$.value._tag') = 'Complete'`

const query = `SELECT substr(m.entity_type, ${"Workflow/".length + 1}) AS stage,
    count(*) FILTER (WHERE m.tag = 'run' AND (r.id IS NULL OR NOT ${ended("r")})) AS unfinished,
    count(*) FILTER (WHERE m.tag = 'activity' AND r.id IS NULL AND EXISTS (
      SELECT 1 FROM cluster_messages o JOIN cluster_replies p ON p.id = o.last_reply_id
      WHERE o.entity_type = m.entity_type AND o.entity_id = m.entity_id AND o.tag = 'run' AND ${ended("p")}
    )) AS orphans
  FROM cluster_messages m LEFT JOIN cluster_replies r ON r.id = m.last_reply_id
  WHERE m.kind = 0 AND m.entity_type LIKE 'Workflow/%'
  GROUP BY stage HAVING unfinished + orphans > 0 ORDER BY stage`
