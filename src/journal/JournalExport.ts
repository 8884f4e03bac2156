/** A journal to ship: one compact file with the answers that some steps used. */
import { Effect } from "effect"
import { rename, rm } from "node:fs/promises"
import type { JournalError } from "./CallJournal.ts"
import * as Database from "./Database.ts"
import { journalFormat } from "./JournalFormat.ts"
import { journalError } from "./JournalWriter.ts"

/** Rows are put in the order of their keys, so that the same answers give the same bytes. What a crash lost stays. */
export const exportTo = (
  source: string,
  file: string,
  steps: ReadonlyArray<string> | undefined,
): Effect.Effect<void, JournalError> =>
  Effect.gen(function* () {
    const temporary = `${file}.${process.pid}.tmp`
    const chosen = steps === undefined ? null : JSON.stringify(steps)
    yield* Effect.tryPromise(() => rm(temporary, { force: true }))
    // An empty name is a database on the disk that vanishes with the connection.
    const pack = yield* Database.openWriter("", journalFormat)
    yield* pack.run("ATTACH ? AS source", [source])
    yield* pack.run("BEGIN")
    yield* pack.run(
      "CREATE TEMP TABLE chosen AS SELECT id FROM source.account WHERE ? IS NULL OR step IN (SELECT value FROM json_each(?))",
      [chosen, chosen],
    )
    for (const statement of copies) yield* pack.run(statement)
    yield* pack.run("COMMIT")
    yield* pack.run("DETACH source")
    yield* pack.run("VACUUM INTO ?", [temporary])
    yield* Effect.tryPromise(() => rename(temporary, file)).pipe(
      Effect.onError(() => Effect.promise(() => rm(temporary, { force: true }))),
    )
  }).pipe(
    Effect.scoped,
    Effect.mapError((error) => journalError(file, error instanceof Error && "error" in error ? error.error : error)),
  )

const copies = [
  `CREATE TEMP TABLE wanted AS SELECT id FROM source.call WHERE account IN chosen
    UNION SELECT call FROM source.shared WHERE account IN chosen`,
  // A step that paid for a chosen step's answers comes along by name, without its sums.
  `INSERT INTO main.account
    SELECT row_number() OVER (ORDER BY step, role, model, kind), step, role, model, kind, calls * c, hits * c,
      prompt_tokens * c, completion_tokens * c, micros * c, latency_ms * c, failures * c, failed_micros * c
    FROM (SELECT *, id IN chosen AS c FROM source.account
      WHERE id IN chosen OR id IN (SELECT account FROM source.call WHERE id IN wanted))`,
  `CREATE TEMP TABLE renamed AS SELECT old.id AS old, new.id AS new
    FROM source.account old JOIN main.account new USING (step, role, model, kind)`,
  `INSERT INTO main.call
    SELECT row_number() OVER (ORDER BY key), key, new, prompt_tokens, completion_tokens, micros, latency_ms, at,
      answer, request
    FROM source.call JOIN renamed ON old = account WHERE id IN wanted`,
  `INSERT INTO main.shared SELECT renamed.new, copy.id
    FROM source.shared JOIN renamed ON old = shared.account JOIN source.call original ON original.id = shared.call
    JOIN main.call copy ON copy.key = original.key WHERE shared.account IN chosen ORDER BY 1, 2`,
  `INSERT INTO main.failure
    SELECT row_number() OVER (ORDER BY at, key, id), key, new, reason, kind, detail, micros, at
    FROM source.failure JOIN renamed ON old = account WHERE account IN chosen`,
  "INSERT INTO main.pace SELECT * FROM source.pace WHERE model IN (SELECT model FROM main.account) ORDER BY model",
]
