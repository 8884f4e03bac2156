/** A program in a process group of its own, ended with its scope: what servers that this process starts have in common. */
import { FileSystem } from "@effect/platform"
import { Deferred, Duration, Effect, Option } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { closeSync, openSync } from "node:fs"

export interface Program {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** What it prints is appended here. */
  readonly logPath: string
  /** From SIGTERM to SIGKILL. Default 2 seconds. */
  readonly grace?: Duration.DurationInput
}

export interface ProcessGroup {
  /** Of the program, which leads the group; undefined where it could not be started. */
  readonly pid: number | undefined
  /** Succeeds with how it ended, such as `exit code 1`, `SIGKILL` or `could not be started: ...`. */
  readonly ended: Effect.Effect<string>
  /** Of what it has printed since this start, at most 20. */
  readonly lastLines: Effect.Effect<ReadonlyArray<string>>
}

/**
 * The scope's end kills the group, and so does the end of the program: what it has started must not outlive it. Its
 * stdin is a pipe from this process, which closes however this process ends; the program has to watch it, or be started
 * `watched`. The terminal's Ctrl-C does not reach it.
 */
export const startGroup = (program: Program): Effect.Effect<ProcessGroup, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const offset = yield* fs.stat(program.logPath).pipe(
      Effect.map(({ size }) => Number(size)),
      Effect.orElseSucceed(() => 0),
    )
    const { child, ended } = yield* Effect.acquireRelease(launch(program), stop(program.grace ?? "2 seconds"))
    const lastLines = fs.readFile(program.logPath).pipe(
      Effect.map((bytes) => new TextDecoder().decode(bytes.subarray(offset)).trimEnd().split("\n").slice(-logLines)),
      Effect.orElseSucceed((): ReadonlyArray<string> => []),
    )
    return { pid: child.pid, ended: Deferred.await(ended), lastLines }
  })

/** The same program, started by a shell whose other half kills the group when stdin closes. Needs a POSIX `sh`. */
export const watched = ({ file, args, ...program }: Program): Program => ({
  ...program,
  file: "/bin/sh",
  args: ["-c", watchdog, "sh", file, ...args],
})

/** The shell becomes the program, so that the group's leader, its exit code and its signals are the program's own. */
const watchdog = `exec 3<&0
(trap '' TERM INT HUP; cat <&3 >/dev/null 2>&1; kill -KILL 0) </dev/null >/dev/null 2>&1 &
exec 3<&-
exec "$@" </dev/null`

/** Looks again until there is something. */
export const awaitSome = Effect.fnUntraced(function* <A, R>(read: Effect.Effect<Option.Option<A>, never, R>) {
  while (true) {
    const found = yield* read
    if (Option.isSome(found)) return found.value
    yield* Effect.sleep(lookAgain)
  }
})

interface Launched {
  readonly child: ChildProcess
  readonly ended: Deferred.Deferred<string>
}

const launch = ({ file, args, env, cwd, logPath }: Program): Effect.Effect<Launched> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<string>()
    const child = yield* Effect.sync(() => {
      const log = openSync(logPath, "a")
      const started = spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ["pipe", log, log] })
      closeSync(log)
      return started
    })
    const end = (how: string) => Deferred.unsafeDone(ended, Effect.succeed(how))
    child.stdin?.on("error", () => undefined)
    child.once("error", (error) => end(`could not be started: ${error.message}`))
    child.once("exit", (code, signal) => {
      // Its leader may be gone before the rest of the group is.
      signalGroup(child, "SIGKILL")
      end(signal ?? `exit code ${code}`)
    })
    return { child, ended }
  })

const stop =
  (grace: Duration.DurationInput) =>
  ({ child, ended }: Launched) =>
    Effect.gen(function* () {
      signalGroup(child, "SIGTERM")
      // A finalizer can't be interrupted, so a time-out within it would wait for the end all the same.
      yield* Deferred.await(ended).pipe(Effect.interruptible, Effect.timeoutOption(grace))
      signalGroup(child, "SIGKILL")
      child.stdin?.destroy()
      yield* Deferred.await(ended)
    })

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone already.
  }
}

const lookAgain: Duration.DurationInput = "100 millis"
const logLines = 20
