/** How a study stands in its home, for a page that is looked at meanwhile. Reads alone: a run may hold the lock. */
import { Effect, Option, Schema } from "effect"
import { createHash } from "node:crypto"
import { packageVersion } from "../packageInfo.ts"
import * as ProcessLock from "../../src/journal/ProcessLock.ts"
import { Home, StepLedger } from "../../src/index.ts"
import { recordOf } from "../RunRecord.ts"
import { stepRows } from "../stepRows.ts"
import type { StepRow } from "../stepRows.ts"
import type { Study } from "../Study.ts"

export interface RunStanding {
  /** Another one where there is more to show: of the steps that are done and their outputs. */
  readonly version: string
  /** In a sentence. */
  readonly words: string
  readonly rows: ReadonlyArray<StepRow>
  /** Decoded outputs of the steps that are done, by id. */
  readonly outputs: ReadonlyMap<string, unknown>
}

export const runStanding = Effect.fn("runStanding")(function* (study: Study) {
  const { folder } = yield* Home.Home
  const rows = yield* stepRows(recordOf(study).steps)
  const entries = yield* (yield* StepLedger).list
  const done = new Set(rows.filter(({ state }) => state === "done").map(({ id }) => id))
  const outputs = new Map<string, unknown>()
  const hash = createHash("sha256").update(packageVersion)
  for (const { id, output } of entries) {
    if (!done.has(id) || output === null) continue
    outputs.set(id, yield* parse(output))
    hash.update(id).update(output)
  }
  const running = Option.isSome(yield* ProcessLock.holderOf(folder))
  const standing: RunStanding = {
    version: hash.digest("hex").slice(0, 16),
    words: wordsOf(rows, running),
    rows,
    outputs,
  }
  return standing
})

const parse = (text: string) => Effect.orDie(Schema.decode(Schema.parseJson())(text))

/** The labels of cells are the experiment's; here stages will do. */
const wordsOf = (rows: ReadonlyArray<StepRow>, running: boolean): string => {
  const of = (state: StepRow["state"]) => rows.filter((row) => row.state === state)
  const done = of("done").length
  if (done === rows.length && !running) return `All ${rows.length} steps are done.`
  const stages = [...new Set(of("running").map(({ stage }) => stage))]
  const suspended = of("suspended").length
  return [
    running ? "A run is under way" : "No run is under way",
    `: ${done} of ${rows.length} steps are done`,
    ...(running && stages.length > 0 ? [`, ${of("running").length} at work (${stages.join(", ")})`] : []),
    ...(suspended > 0 ? [`, ${suspended} suspended: see \`understudy status\``] : []),
    ". What is shown is as far as it goes.",
  ].join("")
}
