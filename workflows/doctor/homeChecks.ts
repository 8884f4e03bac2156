/** Whether a home is whole: its folder, its databases, the artifacts that results name, what the engine left. */
import { Effect, Option } from "effect"
import { accessSync, constants, existsSync, statfsSync } from "node:fs"
import { dirname } from "node:path"
import { ArtifactStore, CallJournal, Home, leftovers, ProcessLock, StepLedger } from "../../src/index.ts"
import type { ArtifactRef } from "../../src/index.ts"
import { isThere } from "../../src/journal/ArtifactStore.ts"
import * as Database from "../../src/journal/Database.ts"
import { artifactsIn } from "../findThing.ts"
import { broken, checking, ok, warning } from "./Check.ts"

/** Runs beside a run; writes nothing. `deep` reads all of every file. */
export const homeChecks = (home: string, deep: boolean) => {
  const paths = Home.paths(home)
  return [
    checking("home", folder(home)),
    checking("lock", lock(paths.folder)),
    checking("ledger", ledger(paths.ledger, deep)),
    checking("journal", journal(paths.journal, deep)),
    checking("engine", engine(paths.engine, deep)),
    checking("artifacts", artifacts(paths, deep)),
  ]
}

const folder = (home: string) =>
  Effect.gen(function* () {
    const path = Home.paths(home).folder
    yield* Home.checkVersion(home)
    const there = nearest(path)
    const { bavail, bsize } = yield* Effect.try(() => statfsSync(there))
    const free = `${(bavail * bsize) / 1e9 >= 10 ? Math.round((bavail * bsize) / 1e9) : ((bavail * bsize) / 1e9).toFixed(1)} GB free`
    const writable = Option.isSome(yield* Effect.option(Effect.try(() => accessSync(there, constants.W_OK))))
    if (!writable) return broken("home", `${path} can't be written: choose another with --home. Reading it works.`)
    if (bavail * bsize < leastFree) return warning("home", `${path}: only ${free}. Make room before a long run.`)
    return ok("home", existsSync(path) ? `${path}, ${free}` : `${path} is made by the first run, ${free}`)
  })

const lock = (path: string) =>
  Effect.map(ProcessLock.holderOf(path), (holder) =>
    ok("lock", Option.match(holder, { onNone: () => "free", onSome: (who) => `a run is under way: ${who}` })),
  )

const ledger = (file: string, deep: boolean) =>
  Effect.gen(function* () {
    if (!existsSync(file)) return ok("ledger", "none yet")
    const entries = yield* (yield* StepLedger).list
    if (deep) yield* whole(file)
    const suspended = entries.filter(({ state }) => state === "suspended").length
    return suspended === 0
      ? ok("ledger", `${entries.length} steps`)
      : warning("ledger", `${suspended} of ${entries.length} steps suspended: \`understudy status\` says why`)
  }).pipe(Effect.provide(StepLedger.layerReader(file)))

const journal = (file: string, deep: boolean) =>
  Effect.gen(function* () {
    if (!existsSync(file)) return ok("journal", "none yet")
    const totals = yield* (yield* CallJournal).totals
    const lost = yield* (yield* CallJournal).lost
    if (deep) yield* whole(file)
    const calls = totals.reduce((sum, row) => sum + row.calls, 0)
    const open = lost.filter(({ sentAgain }) => sentAgain === 0).length
    return ok(
      "journal",
      `${calls.toLocaleString("en")} calls${open === 0 ? "" : `, ${open} more in flight, or lost in a crash`}`,
    )
  }).pipe(Effect.provide(CallJournal.layerReader(file)))

const engine = (file: string, deep: boolean) =>
  Effect.gen(function* () {
    if (!existsSync(file)) return ok("engine", "none yet")
    const left = yield* leftovers(file)
    if (deep) yield* whole(file)
    const orphans = left.reduce((sum, one) => sum + one.orphans, 0)
    const unfinished = left.filter((one) => one.unfinished > 0).map((one) => `${one.unfinished} of ${one.stage}`)
    if (orphans > 0) return warning("engine", `${orphans} orphaned shards; delete ${file} while nothing runs`)
    return ok("engine", unfinished.length === 0 ? "nothing unfinished" : `unfinished: ${unfinished.join(", ")}`)
  }).pipe(
    Effect.scoped,
    Effect.catchAll(({ message }) => Effect.succeed(warning("engine", `${message} The next run makes it anew.`))),
  )

/** SQLite's full check, page by page. */
const whole = (file: string) =>
  Effect.gen(function* () {
    const { run } = yield* Database.openReader(file, { version: Number.MAX_SAFE_INTEGER, tables: [] })
    const [row] = yield* run("PRAGMA integrity_check(1)")
    const verdict = String(row?.["integrity_check"] ?? "ok")
    if (verdict !== "ok") return yield* Effect.fail(new Error(`${file} is damaged: ${verdict}`))
  }).pipe(Effect.scoped)

const artifacts = ({ ledger: file, artifacts }: Home.Paths, deep: boolean) =>
  Effect.gen(function* () {
    if (!existsSync(file)) return ok("artifacts", "none yet")
    const store = yield* ArtifactStore
    const named = new Map(
      (yield* (yield* StepLedger).list)
        .flatMap(({ output }) => (output === null ? [] : artifactsIn(JSON.parse(output))))
        .map(({ ref }) => [ref.sha256, ref]),
    )
    const whole = (ref: ArtifactRef) =>
      deep ? Effect.map(Effect.option(store.get(ref)), Option.isSome) : isThere(store, ref)
    const wrong = (yield* Effect.filter([...named.values()], whole, { negate: true })).map(store.path)
    if (wrong.length > 0) {
      const detail = `${wrong.length} of ${named.size} are missing or damaged (${wrong.slice(0, 3).join(", ")}). The next run makes them again from the journal.`
      return broken("artifacts", detail)
    }
    return ok("artifacts", `${named.size} named by results, all ${deep ? "verified" : "there (--deep verifies them)"}`)
  }).pipe(Effect.provide(StepLedger.layerReader(file)), Effect.provide(ArtifactStore.layerReader(artifacts)))

/** The folder itself, or the one that it would be made in. */
const nearest = (path: string): string => (existsSync(path) || dirname(path) === path ? path : nearest(dirname(path)))

const leastFree = 1e9
