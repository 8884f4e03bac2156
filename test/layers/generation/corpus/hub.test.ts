import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Option, Redacted } from "effect"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { download } from "../../../../layers/generation/corpus/hub/download.ts"
import { HubDataset } from "../../../../layers/generation/corpus/hub/HubDataset.ts"
import { ofThrown } from "../../../../layers/generation/corpus/hub/hubErrors.ts"
import { scriptedHub } from "../../../support/ScriptedHub.ts"
import type { HubFault } from "../../../support/ScriptedHub.ts"
import { wildChatParquet, wildChatRow } from "../../../support/wildChatParquet.ts"

const revision = "7d6490e462285cf85d91eabea0f9a954fbddcd1f"
const dataset = HubDataset.make({ repo: "allenai/WildChat-1M", revision, path: "data" })
const files = {
  "README.md": Buffer.from("# WildChat"),
  "data/train-0.parquet": wildChatParquet(Array.from({ length: 400 }, (_, i) => wildChatRow(i))),
  "data/train-1.parquet": wildChatParquet(Array.from({ length: 40 }, (_, i) => wildChatRow(i + 400))),
  "data/more.jsonl": Buffer.from(`${JSON.stringify(wildChatRow(900))}\n`),
}

const hub = (fault: HubFault = {}) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-hub-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true })),
    )
    const server = yield* scriptedHub(files, fault)
    const get = (token?: string, endpoint = server.url) =>
      Effect.either(
        download(dataset, {
          folder,
          endpoint,
          token: Option.map(Option.fromNullable(token), Redacted.make),
          pause: "1 millis",
        }),
      )
    return { folder, server, get }
  })

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex")
const large = "data/train-0.parquet"

/** The downloads that failed. */
const message = <A, E extends { readonly message: string; readonly _tag: string }>(result: Either.Either<A, E>) =>
  Either.isLeft(result) ? `${result.left._tag}: ${result.left.message}` : "no error"

describe("a data set of the hub", () => {
  it.scopedLive("is downloaded whole, and asked for once", () =>
    Effect.gen(function* () {
      const { server, get } = yield* hub()
      const folder = Either.getOrThrow(yield* get())
      for (const name of ["train-0.parquet", "train-1.parquet", "more.jsonl"])
        assert.strictEqual(
          sha256(readFileSync(join(folder, name))),
          sha256(files[`data/${name}` as keyof typeof files]),
        )
      assert.isFalse(existsSync(join(folder, "..", "README.md")))
      const asked = server.asked.length
      assert.strictEqual(Either.getOrThrow(yield* get()), folder)
      assert.strictEqual(server.asked.length, asked)
    }),
  )

  it.scopedLive("goes on from where the connection broke", () =>
    Effect.gen(function* () {
      const { server, get } = yield* hub({ breaks: 1 })
      const folder = Either.getOrThrow(yield* get())
      const content = files[large]
      assert.strictEqual(sha256(readFileSync(join(folder, "train-0.parquet"))), sha256(content))
      const ranges = server.asked.flatMap(({ path, range }) => (path.endsWith("train-0.parquet") ? [range] : []))
      assert.deepEqual(ranges, [undefined, `bytes=${content.length >> 1}-`])
    }),
  )

  it.scopedLive("keeps what it has when the hub stays away, and goes on in the next run", () =>
    Effect.gen(function* () {
      const { folder, server, get } = yield* hub({ breaks: 6 })
      assert.match(message(yield* get()), /^HubUnavailable: .*can't be downloaded now.*is kept/)
      const incomplete = join(folder, "allenai--WildChat-1M", revision, `${large}.incomplete`)
      assert.isAbove(statSync(incomplete).size, 0)
      const before = server.asked.length
      assert.isTrue(Either.isRight(yield* get()))
      assert.match(server.asked[before]?.range ?? "", /^bytes=\d+-$/)
    }),
  )

  it.scopedLive("is fetched from the beginning where the hub does not know ranges", () =>
    Effect.gen(function* () {
      const { get } = yield* hub({ breaks: 2, ignoresRanges: true })
      const folder = Either.getOrThrow(yield* get())
      assert.strictEqual(sha256(readFileSync(join(folder, "train-0.parquet"))), sha256(files[large]))
    }),
  )

  it.scopedLive("is refused with another checksum than the hub names", () =>
    Effect.gen(function* () {
      const { folder, get } = yield* hub({ wrongChecksum: true })
      assert.match(message(yield* get()), /^HubDamaged: .*the checksum of data\/train-0\.parquet is [0-9a-f]{64}, not/)
      assert.isFalse(existsSync(join(folder, "allenai--WildChat-1M", revision, `${large}.incomplete`)))
    }),
  )

  it.scopedLive("needs a token where it is gated, which is in no message", () =>
    Effect.gen(function* () {
      const { server, get } = yield* hub({ token: "hf_secret" })
      const refused = message(yield* get("wrong-secret"))
      assert.match(refused, /^HubRefused: .*HTTP 401.*accept its conditions at .*HF_TOKEN/)
      assert.notInclude(refused, "secret")
      assert.isTrue(Either.isRight(yield* get("hf_secret")))
      assert.isTrue(server.asked.slice(1).every(({ authorization }) => authorization === "Bearer hf_secret"))
    }),
  )

  it.scopedLive("asks nothing with a token that can't be one, and does not quote it", () =>
    Effect.gen(function* () {
      const { server, get } = yield* hub({ token: "hf_secret" })
      for (const token of ["hf_secret\nsecond", "hf secret", "hf_s\u00e9cret"]) {
        const refused = yield* get(token)
        assert.match(message(refused), /^HubMisconfigured: HF_TOKEN can't be used: it has spaces, line breaks/)
        assert.notMatch(message(refused), /s.?cret|second/)
        assert.strictEqual(Either.isLeft(refused) && "kind" in refused.left && refused.left.kind, "operator")
      }
      assert.deepEqual(server.asked, [])
      assert.isTrue(Either.isRight(yield* get(" hf_secret\n")))
    }),
  )

  it.scopedLive("never shows the user and password of its address", () =>
    Effect.gen(function* () {
      const { server, get } = yield* hub()
      const address = server.url.replace("http://", "http://me:pass%20word@")
      assert.isTrue(Either.isRight(yield* get(undefined, `${address}//`)))
      const basic = `Basic ${Buffer.from("me:pass word").toString("base64")}`
      assert.isTrue(server.asked.every(({ authorization }) => authorization === basic))
      const refusing = yield* hub({ token: "hf_secret" })
      const refused = message(yield* refusing.get(undefined, refusing.server.url.replace("http://", "http://me:pass@")))
      assert.match(refused, /^HubRefused: .*refused by http:\/\/127/)
      assert.notMatch(refused, /me:|pass/)
      for (const wrong of ["ftp://me:pass@hub", "me:pass@hub", "http://me:pass@hub?x", "http://me:pa%ss@hub", ""]) {
        const told = message(yield* refusing.get(undefined, wrong))
        assert.match(told, /^HubMisconfigured: HF_ENDPOINT can't be used: it is no address such as/)
        assert.notInclude(told, "pa")
      }
    }),
  )

  it("is not told of secrets by what requests fail with", () => {
    const place = { endpoint: "http://hub", repo: "a/b", secrets: [Redacted.make("hf_secret")] }
    const thrown = new TypeError("fetch failed", { cause: new Error('"Bearer hf_secret" is an invalid header value') })
    assert.match(ofThrown(place, thrown, "x").message, /x: fetch failed: "Bearer \*\*\*" is an invalid/)
    assert.notInclude(JSON.stringify(ofThrown(place, thrown, "x")), "secret")
  })

  it.scopedLive("is waited for while the hub is busy", () =>
    Effect.gen(function* () {
      const { get } = yield* hub({ status: { code: 503, times: 3 } })
      assert.isTrue(Either.isRight(yield* get()))
      const away = yield* hub({ status: { code: 429, times: 99 } })
      assert.match(message(yield* away.get()), /^HubUnavailable: .*HTTP 429/)
    }),
  )

  it("is named with a commit, not with a branch", () => {
    assert.throws(() => HubDataset.make({ repo: "a/b", revision: "main", path: "" }), /expected a commit .*got "main"/)
    assert.throws(() => HubDataset.make({ repo: "b", revision, path: "" }), /expected a data set's name/)
  })
})
