/** The folder that holds everything a run keeps. The one place that knows what lies where in it. */
import { Config, Context, Effect, Layer, Schema } from "effect"
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { dirname, join, resolve } from "node:path"
import { ArtifactStore } from "./ArtifactStore.ts"
import { CallJournal } from "./CallJournal.ts"
import * as ProcessLock from "./ProcessLock.ts"
import { StepLedger } from "./StepLedger.ts"

/** The folder can't be a home for this version. Nothing was changed. */
export class HomeUnusable extends Schema.TaggedError<HomeUnusable>()("HomeUnusable", {
  home: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.home} can't be used as a home: ${this.detail}`
  }
}

/** There is something in the folder's place that is none. */
export class HomeNotAFolder extends Schema.TaggedError<HomeNotAFolder>()("HomeNotAFolder", { home: Schema.String }) {
  readonly exitCode = 64
  override get message() {
    return `${this.home} can't be used as a home: it is a file, or lies below one. Choose a folder with --home.`
  }
}

/** The home must be written and can't be. Reading it still works. */
export class HomeReadOnly extends Schema.TaggedError<HomeReadOnly>()("HomeReadOnly", {
  home: Schema.String,
  code: Schema.String,
}) {
  override get message() {
    return `${this.home} can't be written (${this.code}). Choose a home that can be with --home or UNDERSTUDY_HOME; plan, show, report and replay only read.`
  }
}

/** Absolute paths of what a home holds. */
export interface Paths {
  readonly folder: string
  /** What every step came to. */
  readonly ledger: string
  /** Every model call. */
  readonly journal: string
  /** The durable engine's tables: a cache. */
  readonly engine: string
  readonly artifacts: string
  /** What was last run under each experiment's name. */
  readonly runs: string
  readonly reports: string
  /** How trainings go, a file of JSON lines for each step: to be read beside a run, never needed. */
  readonly metrics: string
  /** The trainer's database, checkpoints and logs. */
  readonly trainer: string
  readonly logs: string
}

export const paths = (home: string): Paths => {
  const folder = resolve(home)
  return {
    folder,
    ledger: join(folder, "ledger.db"),
    journal: join(folder, "journal.db"),
    engine: join(folder, "engine.db"),
    artifacts: join(folder, "artifacts"),
    runs: join(folder, "runs"),
    reports: join(folder, "reports"),
    metrics: join(folder, "metrics"),
    trainer: join(folder, "trainer"),
    logs: join(folder, "logs"),
  }
}

/** `--home`, else UNDERSTUDY_HOME, else `.understudy` in the current folder. */
export const folder = (option?: string): Effect.Effect<string> =>
  option === undefined
    ? Effect.orDie(Config.string("UNDERSTUDY_HOME").pipe(Config.withDefault(".understudy")))
    : Effect.succeed(option)

export class Home extends Context.Tag("understudy/journal/Home")<Home, Paths>() {
  /** For the one writer: makes the folder, holds its lock until the scope closes, and opens all that it holds. */
  static readonly layer = (home: string, options: { readonly offline?: boolean } = {}) => {
    const { artifacts, folder, journal, ledger } = paths(home)
    return Layer.mergeAll(
      StepLedger.layer(ledger),
      CallJournal.layer(journal, options),
      ArtifactStore.layer(artifacts),
    ).pipe(Layer.provide(ProcessLock.layer(folder)), Layer.provideMerge(Layer.effect(Home, prepare(home))))
  }

  /** For readers, beside a writer or on a read-only folder: writes nothing. What isn't there reads as empty. */
  static readonly layerReader = (home: string) => {
    const { artifacts, journal, ledger } = paths(home)
    return Layer.mergeAll(
      StepLedger.layerReader(ledger),
      CallJournal.layerReader(journal),
      ArtifactStore.layerReader(artifacts),
    ).pipe(Layer.provideMerge(Layer.effect(Home, Effect.as(checkVersion(home), paths(home)))))
  }
}

/** Raised when the layout changes; a newer home is refused. */
const version = 1

const versionFile = (home: string) => join(resolve(home), "home.json")

const prepare = Effect.fn("Home.prepare")(function* (home: string) {
  yield* checkVersion(home)
  yield* refuseNetwork(home)
  const file = versionFile(home)
  yield* Effect.try({
    try: () => {
      mkdirSync(resolve(home), { recursive: true })
      accessSync(resolve(home), constants.W_OK)
      if (existsSync(file)) return
      writeFileSync(`${file}.tmp`, `${JSON.stringify({ format: version })}\n`)
      renameSync(`${file}.tmp`, file)
    },
    catch: (error) => failure(home, error),
  })
  return paths(home)
})

const failure = (home: string, error: unknown): HomeReadOnly | HomeUnusable | HomeNotAFolder => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
  if (["EEXIST", "ENOTDIR"].includes(code)) return HomeNotAFolder.make({ home })
  if (["EROFS", "EACCES", "EPERM"].includes(code)) return HomeReadOnly.make({ home, code })
  const detail = code === "ENOSPC" ? "the disk is full. Free some space and run the same command again." : String(error)
  return HomeUnusable.make({ home, detail })
}

const Version = Schema.parseJson(Schema.Struct({ format: Schema.Int }))

/** Refuses a folder that is no home for this version; one that isn't there yet is fine. */
export const checkVersion = (home: string) =>
  Effect.gen(function* () {
    const file = versionFile(home)
    const there = yield* Effect.try({
      try: () => statSync(resolve(home), { throwIfNoEntry: false }),
      catch: (error) => failure(home, error),
    })
    if (there?.isDirectory() === false) return yield* HomeNotAFolder.make({ home })
    if (!existsSync(file)) return
    const text = yield* Effect.try({ try: () => readFileSync(file, "utf8"), catch: (error) => failure(home, error) })
    const { format } = yield* Effect.mapError(Schema.decodeUnknown(Version)(text), () =>
      HomeUnusable.make({
        home,
        detail: `${file} is damaged. Write {"format":${version}} into it, or choose another home.`,
      }),
    )
    if (format > version) {
      const detail = `it is of format ${format}, and this version of understudy knows up to ${version}. Update understudy, or choose another home with --home.`
      return yield* HomeUnusable.make({ home, detail })
    }
  })

/** SQLite's locks don't hold on network file systems. */
const refuseNetwork = (home: string) =>
  Effect.gen(function* () {
    const type = fileSystem(resolve(home))
    const known = network[type]
    if (known !== undefined) {
      const detail = `it lies on a network file system (${known}), where locks and databases break. Choose a local disk with --home.`
      return yield* HomeUnusable.make({ home, detail })
    }
    const doubtful = maybeNetwork[type]
    if (doubtful !== undefined) {
      yield* Effect.logWarning(`${home} lies on a ${doubtful} file system. If that is a network, choose a local disk.`)
    }
  })

/** Of the nearest folder that exists; 0 where the system doesn't say. */
const fileSystem = (path: string): number => {
  try {
    return statfsSync(path).type >>> 0
  } catch {
    return dirname(path) === path ? 0 : fileSystem(dirname(path))
  }
}

/** Magic numbers of Linux, statfs(2). */
const network: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB2",
  0x5346414f: "AFS",
  0x00c36400: "Ceph",
  0x0bd00bd0: "Lustre",
  0x47504653: "GPFS",
  0x19830326: "BeeGFS",
}
const maybeNetwork: Readonly<Record<number, string>> = { 0x65735546: "FUSE", 0x01021997: "9p" }
