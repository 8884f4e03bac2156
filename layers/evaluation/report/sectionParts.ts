/** What sections of both kinds of reports are made with. */
import { significant } from "./numbers.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Block, Section, Table } from "./Section.ts"

/** Tables without rows are left out. */
export const section = (id: string, title: string, blocks: ReadonlyArray<Block>): Section => ({
  id,
  title,
  blocks: blocks.filter((block) => block.kind !== "table" || block.rows.length > 0),
})

export const text = (words: string): Block => ({ kind: "text", text: words })

/** A table after what is to be said of it; nothing where it has no rows. */
export const some = (table: Table, words: string): ReadonlyArray<Block> =>
  table.rows.length === 0 ? [] : [text(words), table]

export const counted = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`

export const driftNotes = (drift: ReportData["drift"]): ReadonlyArray<Block> =>
  drift.map(({ label, nats }) =>
    text(
      `Training of ${label} drifted: replayed after an interruption, its log-probabilities differ from the journaled ones by up to ${significant(nats)} nats.`,
    ),
  )

export const interruptedNote = ({ interrupted: { calls, sentAgain } }: RunFacts): Block =>
  text(
    calls === 0
      ? "No model call was in flight when a run was killed."
      : `${calls} model calls were in flight when a run was killed; ${sentAgain} of them were sent again.`,
  )

/** How a page says where its numbers come from, before the tables. */
export const madeBy = ({ version }: RunFacts): Block =>
  text(
    `Made by understudy ${version}. A step's id is the hash of its inputs: the same id is the same work. Run understudy show with an id to see its inputs, its calls and its transcripts.`,
  )
