/** `understudy run` as a process group of its own: the command's wrapper and its node process. */
import { Effect, Schedule } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export interface RunOptions {
  /** Default: `bin/understudy.js`. */
  readonly main?: string
  readonly experiment: string
  readonly home: string
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly output: string
}

export interface RunProcess {
  /** SIGKILL to every process of the group. */
  readonly kill: () => void
  readonly ended: Effect.Effect<Ended>
}

const bin = fileURLToPath(new URL("../../bin/understudy.js", import.meta.url))

/** The scope's end kills what is left of it. */
export const startRun = ({ main = bin, experiment, home, args = [], env = {} }: RunOptions) =>
  Effect.acquireRelease(
    Effect.sync((): RunProcess => {
      const child = spawn(process.execPath, [main, "run", experiment, "--home", home, ...args], {
        detached: true,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let output = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)))
      const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, output })))
      const kill = () => void (child.pid !== undefined && signalGroup(child.pid, "SIGKILL"))
      return {
        kill,
        ended: Effect.zipLeft(
          Effect.promise(() => closed),
          groupGone(child.pid ?? 0),
        ),
      }
    }),
    ({ kill }) => Effect.sync(kill),
  )

/** Command lines of processes that name `home`. Empty once everything that a run started is gone. */
export const processesOf = (home: string): ReadonlyArray<string> =>
  execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .filter((line) => line.includes(home))

/** Waits until no process names `home`; gives those that still do after `seconds`. */
export const processesLeft = (home: string, seconds: number) =>
  Effect.sync(() => processesOf(home)).pipe(
    Effect.repeat({
      until: (left) => left.length === 0,
      schedule: Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(seconds * 10)),
    }),
    Effect.zipRight(Effect.sync(() => processesOf(home))),
  )

const groupGone = (pid: number) =>
  Effect.repeat(
    Effect.sync(() => signalGroup(pid, 0)),
    { until: (there) => !there, schedule: Schedule.spaced("5 millis") },
  ).pipe(Effect.timeoutOption("20 seconds"))

/** False where there is no such group any more. */
const signalGroup = (pid: number, signal: "SIGKILL" | 0) => {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}
