import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Either, Stream } from "effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { HubDataset } from "../../../layers/generation/corpus/hub/HubDataset.ts"
import { ArtifactStore, FileRef, Home } from "../../../src/index.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"
import { Corpus, wildchat } from "../../../workflows/stages/Corpus.ts"
import { hubFolder } from "../../../workflows/stages/hubFolder.ts"
import { readCorpus } from "../../../workflows/stages/readCorpus.ts"
import { Split } from "../../../workflows/stages/Split.ts"
import { splitCorpus } from "../../../workflows/stages/splitCorpus.ts"
import type { SplitOptions } from "../../../workflows/stages/splitCorpus.ts"
import { scriptedHub } from "../../support/ScriptedHub.ts"
import { wildChatParquet, wildChatRow } from "../../support/wildChatParquet.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-split-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)

const inStore = <A, E>(work: (folder: string) => Effect.Effect<A, E, ArtifactStore>) =>
  Effect.flatMap(folder, (made) => Effect.provide(work(made), ArtifactStore.layer(join(made, "artifacts"))))

const read = { users: "hashed-ip", format: "auto", skipInvalid: true } as const
const rules: Omit<SplitOptions, "corpus"> = {
  preset: "default",
  shares: { simulator: 0.4, assistant: 0.3, validation: 0.1, test: 0.2 },
  languages: ["English"],
  ngram: { size: 7, limit: 100 },
  seed: 0,
}

const json = (rows: ReadonlyArray<object>) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")
const rows = Array.from({ length: 60 }, (_, i) => ({ ...wildChatRow(i), hashed_ip: `u${i % 20}` }))

describe("a corpus", () => {
  it.scopedLive("is read from all files of a folder, of whatever kind, in the order of their names", () =>
    inStore((made) =>
      Effect.gen(function* () {
        const logs = join(made, "logs/data")
        mkdirSync(logs, { recursive: true })
        writeFileSync(join(logs, "b.parquet"), wildChatParquet(rows.slice(0, 5)))
        writeFileSync(join(logs, "a.jsonl"), json([{ id: "s", user_id: "u", conversations: shareGpt }]))
        writeFileSync(join(logs, "c.jsonl"), json([rows[0] ?? {}, rows[9] ?? {}]))
        writeFileSync(join(logs, ".hidden.jsonl"), "no")
        writeFileSync(join(logs, "README.md"), "no")
        const corpus = yield* readCorpus(join(made, "logs"), read)
        assert.deepInclude(corpus, { count: 8, users: 7, skipped: [], formats: ["sharegpt", "wildchat"] })
        const all = [...(yield* Stream.runCollect(conversations.stream(corpus.conversations)))]
        assert.deepEqual(
          all.map(({ id }) => id),
          ["s", "c0", "c1", "c2", "c3", "c4", "c0#2", "c9"],
        )
        mkdirSync(join(made, "none"))
        const none = yield* Effect.flip(readCorpus(join(made, "none"), read))
        assert.match(none.message, /no logs in .*none: no file below it ends in \.jsonl/)
      }),
    ),
  )

  it.scopedLive("has no use for rows that lack most of the user ids, skipped or not", () =>
    inStore((made) =>
      Effect.gen(function* () {
        const file = join(made, "logs.jsonl")
        writeFileSync(file, json(rows.map((row, i) => (i < 40 ? { ...row, hashed_ip: null } : row))))
        const refused = yield* Effect.flip(readCorpus(file, read))
        assert.match(refused.message, /40 rows have no user id.*users: "each-row"/)
        assert.strictEqual((yield* readCorpus(file, { ...read, users: "each-row" })).users, 60)
      }),
    ),
  )

  it.scopedLive("comes from the hub by its environment, and lies below the home", () =>
    Effect.gen(function* () {
      const made = yield* folder
      const hub = yield* scriptedHub({ "data/a.parquet": wildChatParquet(rows) }, { token: "hf_x" })
      const dataset = HubDataset.make({ repo: "allenai/WildChat-1M", revision: "a".repeat(40), path: "data" })
      const from = (token: string) =>
        hubFolder(dataset).pipe(
          Effect.provideService(Home.Home, Home.paths(join(made, "home"))),
          Effect.withConfigProvider(
            ConfigProvider.fromMap(
              new Map([
                ["HF_ENDPOINT", hub.url],
                ["HF_TOKEN", token],
              ]),
            ),
          ),
        )
      const refused = yield* Effect.flip(from("hf_wrong"))
      assert.deepInclude(refused, { kind: "operator" })
      assert.match(refused.message, /HF_TOKEN/)
      const path = yield* from("hf_x")
      assert.isTrue(path.startsWith(join(made, "home/downloads/allenai--WildChat-1M")))
      assert.strictEqual(
        (yield* Effect.provide(readCorpus(path, read), ArtifactStore.layer(join(made, "artifacts")))).count,
        60,
      )
    }),
  )

  it("names WildChat at a commit", () => {
    const { file } = wildchat({ version: "4.8M" }).input
    assert.deepInclude(file, { repo: "allenai/WildChat-4.8M", path: "data" })
    assert.throws(() => wildchat({ revision: "main" }), /expected a commit/)
  })
})

const shareGpt = [
  { from: "human", value: "hi" },
  { from: "gpt", value: "hello" },
]

describe("a split of a corpus", () => {
  it.scopedLive("writes parts that keep users, languages and evaluation tasks apart, and tells what it did", () =>
    inStore((made) =>
      Effect.gen(function* () {
        const long = "please write me a long and polite letter to the council about my broken street lamp"
        const changed = rows.map((row, i) => {
          if (i === 7) return { ...row, language: "French" }
          if (i < 10) return { ...row, conversation: [{ role: "user", content: `${long} (${i})` }, ...reply] }
          return i === 30 ? { ...row, language: null } : row
        })
        const file = join(made, "logs.jsonl")
        writeFileSync(file, json([...changed, rows[20] ?? {}]))
        const [ids, tasks] = [join(made, "ids.json"), join(made, "tasks.jsonl")]
        writeFileSync(ids, JSON.stringify(["c12", "elsewhere"]))
        writeFileSync(tasks, json([{ session_id: "c12", conversation_input: [{ role: "user", content: long }] }]))
        const corpus = yield* readCorpus(file, read)
        const split = yield* splitCorpus({
          ...rules,
          corpus,
          wildbench: FileRef.make({ path: ids }),
          evaluationTasks: FileRef.make({ path: tasks }),
        })
        const parts = [split.simulator, split.assistant, split.validation, split.test]
        const read4 = yield* Effect.forEach(parts, ({ conversations: ref }) => conversations.read(ref))
        read4.forEach((part, i) => assert.strictEqual(part.length, parts[i]?.count))
        const users = read4.map((part) => new Set(part.map(({ user }) => user)))
        assert.strictEqual(
          users.reduce((sum, { size }) => sum + size, 0),
          new Set(users.flatMap((one) => [...one])).size,
        )
        assert.isTrue(read4[3]?.some(({ id }) => id === "c12"))
        assert.isFalse(
          read4
            .slice(0, 3)
            .flat()
            .some(({ messages }) => messages[0]?.content.startsWith(long)),
        )
        const counts = Object.fromEntries(split.dropped.map(({ reason, count }) => [reason.slice(0, 20), count]))
        const overlapping = read4[3]?.filter(({ messages }) => messages[0]?.content.startsWith(long)).length ?? 0
        assert.deepEqual(counts, {
          "its conversation is ": 1,
          "its language is not ": 1,
          "it shares 13 words i": 9 - overlapping,
        })
        assert.strictEqual(split.preset, "default")
        assert.include(split.notes.join("\n"), "1 of 2 ids are in the corpus; 3 rows went to test")
        assert.include(split.notes.join("\n"), "1 row without a language label passed")
      }),
    ),
  )

  it.scopedLive("trains simulators and assistants on one part by the paper's presets", () =>
    inStore((made) =>
      Effect.gen(function* () {
        const file = join(made, "logs.jsonl")
        const bad = { ...rows[0], conversation_hash: "bad", conversation: [{ role: "user", content: " " }] }
        writeFileSync(file, json([bad, ...rows]))
        const corpus = yield* readCorpus(file, read)
        assert.deepEqual([corpus.count, corpus.skipped[0]?.count], [60, 1])
        for (const preset of ["lab", "rel"] as const) {
          const split = yield* splitCorpus({ ...rules, corpus, preset })
          assert.deepEqual(split.assistant, split.simulator)
          assert.strictEqual(split.simulator.count + split.validation.count + split.test.count, 60)
          assert.include(split.notes.join("\n"), "1 row that can't be used took part in the draw")
        }
      }),
    ),
  )

  it.scopedLive("needs four users, says so, and needs evaluation files that hold something", () =>
    inStore((made) =>
      Effect.gen(function* () {
        const file = join(made, "logs.jsonl")
        writeFileSync(file, json(rows.filter(({ hashed_ip }) => ["u1", "u2", "u3"].includes(hashed_ip))))
        const corpus = yield* readCorpus(file, read)
        const refused = yield* Effect.flip(splitCorpus({ ...rules, corpus }))
        assert.match(refused.message, /3 user\(s\) are left.*needs four.*users: "each-row"/)
        const empty = join(made, "empty.json")
        writeFileSync(empty, "[]")
        const held = yield* Effect.either(splitCorpus({ ...rules, corpus, wildbench: FileRef.make({ path: empty }) }))
        assert.match(Either.isLeft(held) ? held.left.message : "", /empty\.json holds no session ids/)
      }),
    ),
  )

  it("refuses shares that don't sum to 1, and options that a preset does not have", () => {
    const corpus = Corpus({ file: FileRef.make({ path: "logs.jsonl" }) })
    const shares = { simulator: 0.4, assistant: 0.3, validation: 0.1, test: 0.1 }
    assert.throws(() => Split({ corpus, shares }), /shares: they sum to 0\.9, not to 1/)
    assert.throws(() => Split({ corpus, preset: "lab", seed: 3 }), /seed is of the default preset/)
    assert.throws(() => Split({ corpus, preset: "rel", languages: ["German"] }), /languages is of the default preset/)
    const ngram = { size: 7, limit: 50 }
    assert.throws(() => Split({ corpus, preset: "lab", ngram }), /ngram: the preset "lab" has its source's/)
    Split({ corpus, preset: "lab", languages: ["English"], ngram: { size: 7, limit: 100 }, seed: 0 })
    Split({ corpus, languages: ["German"], ngram, seed: 3 })
    assert.throws(() => Split({ corpus, preset: "lab", most: {}, seed: 3 }), /default preset, or of `most`/)
    assert.strictEqual(Split({ corpus, preset: "lab", most: { test: 5 }, seed: 3 }).input.seed, 3)
    assert.throws(() => Split({ corpus, preset: "wild" as "lab" }), /preset/)
  })
})

const reply = [{ role: "assistant", content: "Gladly." }]
