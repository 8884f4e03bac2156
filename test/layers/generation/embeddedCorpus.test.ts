import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Schema, Stream } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Check, repliesOf, scoreChecklist } from "../../../layers/evaluation/Checklist.ts"
import { copyShare, repetition } from "../../../layers/evaluation/Parroting.ts"
import { wordsOf } from "../../../layers/generation/words.ts"
import { conversationHash } from "../../../layers/generation/ConversationHash.ts"
import * as CorpusFile from "../../../layers/generation/corpus/CorpusFile.ts"
import { preparation } from "../../../layers/generation/corpus/Preparation.ts"
import { rulesOf } from "../../../layers/generation/corpus/presets.ts"

const folder = new URL("../../../layers/generation/corpus/", import.meta.url)
const file = fileURLToPath(new URL("embedded.jsonl", folder))
const card = readFileSync(new URL("DATA_CARD.md", folder), "utf8")

const all = Chunk.toReadonlyArray(
  await Effect.runPromise(Stream.runCollect(CorpusFile.conversations(file, { users: "hashed-ip" }))),
).map((conversation) => ({
  ...conversation,
  checks: Schema.decodeUnknownSync(Schema.Array(Check), { onExcessProperty: "error" })(conversation.checklist),
  replies: repliesOf(conversation.messages),
}))

const raw = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line): { task: string; hashed_ip: string; turn: number } => JSON.parse(line))

const userTurns = all.flatMap(({ messages }) => messages.filter(({ role }) => role === "user"))
const distinct = (values: ReadonlyArray<string>) => new Set(values.map((value) => wordsOf(value).join(" "))).size
const count = (values: ReadonlyArray<string>) =>
  values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<string, number>())
const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

describe("the embedded corpus", () => {
  it("has the sizes that its data card names", () => {
    const users = new Set(all.map(({ user }) => user)).size
    assert.isAtLeast(all.length, 132)
    assert.isTrue(users >= 30 && users <= 40)
    assert.include(card, `| conversations | ${all.length} |`)
    assert.include(card, `| users | ${users}, `)
    assert.include(card, `| user turns | ${userTurns.length}: `)
    for (const [task, n] of count(raw.map(({ task }) => task.replace(/.*\//, "").replace("-", " "))))
      assert.match(card, new RegExp(`\\b${task} ${n}\\b`))
    const kinds = count(all.flatMap(({ checks }) => checks.map(({ kind }) => kind)))
    assert.strictEqual(kinds.size, Check.members.length, "every kind of check is used")
    for (const [kind, n] of kinds) assert.match(card, new RegExp(`\\b${kind} ${n}\\b`))
  })

  it("names conversations as WildChat does, and users by hashes", () => {
    for (const { id, messages } of all) assert.strictEqual(id, conversationHash(messages))
    for (const { hashed_ip } of raw) assert.match(hashed_ip, /^[0-9a-f]{64}$/)
  })

  it("has three document types and a range of everyday tasks", () => {
    const tasks = [...count(raw.map(({ task }) => task)).keys()]
    assert.lengthOf(
      tasks.filter((task) => task.startsWith("document/")),
      3,
    )
    assert.isAtLeast(tasks.filter((task) => task.startsWith("everyday/")).length, 8)
  })

  it("has several turns in every conversation, short enough for a small model", () => {
    for (const [i, { id, messages }] of all.entries()) {
      const text = messages.map(({ content }) => content).join(" ")
      assert.isAtLeast(messages.length, 4, id)
      assert.strictEqual(messages.length, 2 * (raw[i]?.turn ?? 0), id)
      // With the format of a chat, about five tokens a message, these bounds stand for 150 tokens.
      assert.isAtMost(wordsOf(text).length, 110, id)
      assert.isAtMost(text.length, 540, id)
    }
  })

  it("repeats no opening, no intent and no conversation under another name", () => {
    const openings = all.map(({ messages }) => messages[0]?.content ?? "")
    assert.strictEqual(distinct(openings), all.length)
    assert.strictEqual(distinct(all.map(({ intent }) => intent ?? "")), all.length)
    // Openings are no template with other words in it: hardly two begin with the same four words.
    assert.isAtLeast(distinct(openings.map((opening) => wordsOf(opening).slice(0, 4).join(" "))), all.length - 3)
    for (const [i, opening] of openings.entries())
      assert.isAtMost(copyShare(opening, [...openings.slice(0, i), ...openings.slice(i + 1)], 5), 0.5, opening)
  })

  it("shares no user turn between what is trained on and what is held out", () => {
    const shares = { simulator: 0.45, assistant: 0.25, validation: 0.05, test: 0.25 }
    const ngram = { size: 7, limit: 100 }
    const { add, assign } = preparation(rulesOf("default", { languages: ["English"], ngram, shares, seed: 0 }))
    for (const conversation of all) add({ ...conversation, opening: conversation.messages[0]?.content ?? "" })
    const { parts } = assign()
    const turns = (...rows: ReadonlyArray<Uint32Array>) =>
      new Set(
        rows
          .flatMap((part) => [...part].flatMap((row) => all[row]?.messages ?? []))
          .flatMap((message) => (message.role === "user" ? [message.content] : [])),
      )
    const trained = turns(parts.simulator.rows, parts.assistant.rows)
    const shared = [...turns(parts.test.rows)].filter((turn) => trained.has(turn))
    assert.isEmpty(shared.filter((turn) => wordsOf(turn).length > 3))
  })

  it("has an intent and two to four checks for every conversation, which its own replies meet", () => {
    for (const { id, intent, checks, replies } of all) {
      assert.match(intent ?? "", /^The user .*\.$/, id)
      assert.isTrue(checks.length >= 2 && checks.length <= 4, id)
      const { score, results } = scoreChecklist(checks, replies)
      assert.strictEqual(score, 1, `${id}: ${JSON.stringify(results)}`)
    }
  })

  it("has checks that replies to somebody else, echoes and silence meet less often", () => {
    const scores = (reply: (i: number, turn: number) => string) =>
      mean(
        all.map(
          ({ checks, replies }, i) =>
            scoreChecklist(
              checks,
              replies.map((replied, turn) => ({ ...replied, reply: reply(i, turn) })),
            ).score,
        ),
      )
    const other = (i: number, turn: number) => all[(i + 7) % all.length]?.replies[turn % 2]?.reply ?? ""
    assert.isBelow(scores(other), 0.8)
    assert.isBelow(
      scores((i, turn) => all[i]?.replies[turn]?.userMessages.at(-1) ?? ""),
      0.7,
    )
    assert.isBelow(
      scores(() => ""),
      0.2,
    )
  })

  it("has replies that neither copy the user nor repeat themselves", () => {
    const replies = all.flatMap((conversation) => conversation.replies)
    assert.isBelow(mean(replies.map(({ reply, userMessages }) => copyShare(reply, userMessages, 3))), 0.05)
    assert.isBelow(mean(replies.map(({ reply }) => repetition(reply))), 0.02)
  })
})
