/** A home as long use leaves it: every step of a graph done, with a great many calls behind them. */
import { Effect } from "effect"
import * as Database from "../../src/journal/Database.ts"
import { Home as HomeService, paths } from "../../src/journal/Home.ts"
import { journalFormat, pack } from "../../src/journal/JournalFormat.ts"
import type { Graph } from "../../src/index.ts"
import { recordSteps } from "./recordSteps.ts"

/** The rows are those that the journal's writer would leave, in bulk: a call at a time would take a quarter of an hour. */
export const buildHome = Effect.fn("buildHome")(function* (folder: string, graph: Graph.Graph, calls: number) {
  yield* recordSteps(graph.nodes, ({ id }) => Effect.succeed({ of: id, filling: "x".repeat(outputBytes) })).pipe(
    Effect.provide(HomeService.layer(folder)),
  )
  yield* Effect.scoped(insertCalls(paths(folder).journal, graph, calls))
})

/** Of an assistant with six iterations. */
const outputBytes = 4000

const insertCalls = Effect.fnUntraced(function* (file: string, { nodes }: Graph.Graph, calls: number) {
  const { run } = yield* Database.openWriter(file, journalFormat)
  // Keys are random: without room for the index every row would cost a page.
  yield* run("PRAGMA cache_size = -262144")
  const accounts = nodes.flatMap(({ id }) => roles.map((role) => ({ step: id, role })))
  const each = Math.floor(calls / accounts.length)
  const rest = calls % accounts.length
  yield* run("BEGIN IMMEDIATE")
  for (const [index, { step, role }] of accounts.entries()) {
    const own = each + (index < rest ? 1 : 0)
    yield* run(insertAccount, [index + 1, step, role, model, own, 60 * own, 60 * own, 250 * own])
  }
  yield* run("INSERT INTO pace VALUES (?, ?)", [model, calls * 10])
  yield* run("COMMIT")
  for (let first = 0; first < calls; first += batch) {
    yield* run(insertBatch, [first, Math.min(first + batch, calls) - 1, accounts.length, answer, request])
  }
})

const model = "SmolLM2-135M-Instruct"
const roles = ["assistant", "simulator", "judge"] as const
const batch = 50_000
const answer = pack(JSON.stringify({ text: "A short paragraph of an answer. ".repeat(8), finish: "stop" }))
const request = pack(
  JSON.stringify({ messages: [{ role: "user", content: "A question, with what was said before it. ".repeat(16) }] }),
)

const insertAccount = "INSERT INTO account VALUES (?, ?, ?, ?, 'sample', ?, 0, ?, ?, 0, ?, 0, 0)"
const insertBatch = `INSERT INTO call (key, account, prompt_tokens, completion_tokens, micros, latency_ms, at, answer, request)
  WITH RECURSIVE row (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM row WHERE i < ?)
  SELECT randomblob(32), 1 + i % ?, 60, 60, 0, 250, 1700000000000 + i, ?, ? FROM row`
