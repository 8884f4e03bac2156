/** One life of an experiment: killed at the moments given, started again with the same command until it ends. */
import { Clock, Effect } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Home } from "../../src/index.ts"
import { viewHome } from "./HomeView.ts"
import type { HomeView } from "./HomeView.ts"
import type { Moment, Timeline, Trigger } from "./moments.ts"
import { processesLeft, startRun } from "./RunProcess.ts"
import type { Ended, RunProcess } from "./RunProcess.ts"
import type { ServerCall, World } from "./World.ts"

export interface Trial {
  readonly home: string
  /** The home at each kill, before the next run. */
  readonly kills: ReadonlyArray<HomeView>
  /** What each run asked of the servers: one entry more than there were kills. */
  readonly calls: ReadonlyArray<ReadonlyArray<ServerCall>>
  readonly ended: Ended
  /** The home in the end. */
  readonly view: HomeView
  /** `report.json`; undefined where there is none. */
  readonly report: unknown
  readonly timeline: Timeline
  /** What is not as it should be about runs, processes and the home's lock. */
  readonly problems: ReadonlyArray<string>
}

/** A run that ends before its moment ends the trial. Without a moment nothing is killed. */
export const runTrial = Effect.fn("runTrial")(function* (home: string, world: World, moment?: Moment) {
  const { main, experiment, args, env } = world
  const start = startRun({ ...(main === undefined ? {} : { main }), experiment, home, args, env })
  const kills: Array<HomeView> = []
  const calls: Array<ReadonlyArray<ServerCall>> = []
  const problems: Array<string> = []
  const left = Effect.fnUntraced(function* (when: string) {
    const processes = yield* processesLeft(home, patience)
    if (processes.length > 0) problems.push(`processes left ${when}: ${processes.join("; ")}`)
  })
  for (const trigger of moment?.triggers ?? []) {
    const { code, output } = yield* Effect.scoped(Effect.flatMap(start, (run) => killAt(run, trigger, world)))
    if (code === 0) break
    if (code !== null) problems.push(`a run failed with ${code}: ${output}`)
    yield* left(`after kill ${kills.length + 1}`)
    if (trigger.trainerDies ?? moment?.trainerDies === true) world.trainerDied()
    calls.push(yield* world.calls)
    kills.push(yield* viewHome(home))
  }
  const requests: Array<number> = []
  const began = yield* Clock.currentTimeMillis
  world.watch(() => requests.push(Date.now() - began))
  const ended = yield* Effect.scoped(Effect.flatMap(start, (run) => run.ended))
  const timeline = { requests, end: (yield* Clock.currentTimeMillis) - began }
  yield* left("at the end")
  calls.push(yield* world.calls)
  const opened = yield* Effect.either(Effect.provide(Effect.void, Home.Home.layer(home)))
  if (opened._tag === "Left") problems.push(`the home can't be opened: ${opened.left.message}`)
  const view = yield* viewHome(home)
  const trial: Trial = { home, kills, calls, ended, view, report: reportIn(home), timeline, problems }
  return trial
})

/** Ends without an exit code where the kill came first. */
const killAt = (run: RunProcess, { requests, millis }: Trigger, world: World) =>
  Effect.gen(function* () {
    let seen = 0
    let timer: NodeJS.Timeout | undefined
    const arm = () => {
      timer = setTimeout(run.kill, millis)
    }
    if (requests === 0) arm()
    world.watch(() => {
      if (++seen === requests) arm()
    })
    const ended = yield* run.ended
    clearTimeout(timer)
    return ended
  })

export const reportIn = (home: string): unknown => {
  const reports = join(home, "reports")
  const names = existsSync(reports) ? readdirSync(reports) : []
  const file = join(reports, names[0] ?? "none", "report.json")
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
}

/** Seconds within which every process of a killed run must be gone, those of its trainer too. */
const patience = 10
