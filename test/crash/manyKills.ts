/**
 * One experiment on the embedded trainer, killed again and again until it has ended: the run, the trainer, or both at
 * once, each at a random moment. Then it is compared with one that nobody killed. `node scripts/setup.js` first.
 *
 *     npm run test:kills -- [--kills N] [--seed N] [--longest SECONDS]
 *
 * A kill comes up to `longest` seconds after the last one. The exit code is 1 where anything differs.
 */
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import { embeddedWorld } from "./embeddedWorld.ts"
import { findingsOf } from "./findings.ts"
import { viewHome } from "./HomeView.ts"
import type { HomeView } from "./HomeView.ts"
import { processesLeft, processesOf, startRun } from "./RunProcess.ts"
import { reportIn, runTrial } from "./Trial.ts"
import type { Trial } from "./Trial.ts"

const text = { type: "string" } as const
const { values } = parseArgs({ options: { kills: text, seed: text, longest: text } })
const kills = Number(values.kills ?? 20)
const longest = Number(values.longest ?? 75)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const random = randomFrom(deriveSeed(["many-kills", seed]))
const experiment = fileURLToPath(new URL("killedExperiment.ts", import.meta.url))

type Victim = "run" | "trainer" | "both"
const victims: ReadonlyArray<Victim> = ["run", "trainer", "both"]

const program = Effect.gen(function* () {
  const folder = mkdtempSync(join(tmpdir(), "understudy-kills-"))
  const worldOf = (home: string) => Effect.map(embeddedWorld(home), (world) => ({ ...world, experiment }))
  const whole = join(folder, "undisturbed")
  const reference = yield* runTrial(whole, yield* worldOf(whole))
  console.log(
    `seed ${seed}; undisturbed: ${(reference.timeline.end / 1000).toFixed(0)} s, exit ${reference.ended.code}`,
  )

  const home = join(folder, "killed")
  const world = yield* worldOf(home)
  const seen: Array<HomeView> = []
  const calls: Array<Trial["calls"][number]> = []
  const problems: Array<string> = []
  const kinds: Array<Victim> = []
  /** Runs, counted from 1, in which the trainer alone died. */
  const outlived = new Set<number>()
  for (let isKilled = true; isKilled && kinds.length < kills;) {
    const { killed, code, output } = yield* Effect.scoped(
      Effect.gen(function* () {
        const run = yield* startRun({ experiment, home })
        const ended = yield* Effect.fork(run.ended)
        while (kinds.length < kills) {
          const millis = random.next() * longest * 1000
          const victim = victims[Math.floor(random.next() * 3)] ?? "both"
          const early = yield* Effect.timeoutOption(ended, millis)
          if (early._tag === "Some") return { killed: false, ...early.value }
          const trainer = trainerOf(home)
          if (victim === "trainer" && trainer.length === 0) continue
          kinds.push(victim)
          console.log(
            `${kinds.length}/${kills} ${victim} after ${(millis / 1000).toFixed(1)} s, ${yield* standing(home)}`,
          )
          if (victim !== "run") for (const pid of trainer) process.kill(pid, "SIGKILL")
          if (victim === "trainer") {
            outlived.add(seen.length + 1)
            continue
          }
          run.kill()
          return { killed: true, ...(yield* ended) }
        }
        return { killed: false, ...(yield* ended) }
      }),
    )
    isKilled = killed
    if (!killed && code !== 0) problems.push(`a run ended with ${code}: ${output.slice(-400)}`)
    if (!killed) break
    const left = yield* processesLeft(home, 15)
    if (left.length > 0) problems.push(`processes left after kill ${kinds.length}: ${left.join("; ")}`)
    calls.push(yield* world.calls)
    seen.push(yield* viewHome(home))
  }
  const ended = yield* Effect.scoped(Effect.flatMap(startRun({ experiment, home }), (run) => run.ended))
  calls.push(yield* world.calls)
  const view = yield* viewHome(home)
  const timeline = { requests: [], end: 0 }
  const trial = { home, kills: seen, calls, ended, view, report: reportIn(home), timeline, problems }
  const { differences, lost, repeated, replayed } = yield* findingsOf(trial, reference)
  // Where the trainer alone dies, the run that lives on sends again what was in flight, and trains again what was not saved.
  const left = [...outlived].map((run) => `run ${run} left `)
  const again = differences.filter(
    (difference) =>
      /was sent twice by one run/.test(difference) || left.some((beginning) => difference.startsWith(beginning)),
  )
  const others = differences.filter((difference) => !again.includes(difference))
  for (const difference of others) console.log(`      ${difference}`)
  const trainers = kinds.filter((victim) => victim === "trainer").length
  const bound = trainers * inFlight
  if (again.length > bound) console.log(`      ${again.length} calls were sent twice by one run, above ${bound}`)
  console.log(
    `${kinds.length} kills (${trainers} of the trainer alone); in flight at the others: ${lost.length} calls, ${repeated} sent again; ` +
      `${replayed} training steps replayed; ${again.length} requests sent again after the trainer's death; ${others.length} differences; exit ${ended.code}`,
  )
  const failed = others.length > 0 || again.length > bound || kinds.length < kills
  if (failed) console.log(`kept in ${folder}`)
  else rmSync(folder, { recursive: true })
  process.exitCode = failed ? 1 : 0
})

/** Calls under way at once, with the requests of the training steps since the last saved state. */
const inFlight = 8 + 2 * 4

/** Processes of the embedded server, whose command lines name the home. */
const trainerOf = (home: string) =>
  processesOf(home).flatMap((line) => (/(serve|engine)\.py/.test(line) ? [Number.parseInt(line.trim(), 10)] : []))

const standing = (home: string) =>
  Effect.map(
    Effect.option(viewHome(home)),
    (view) => `${view._tag === "Some" ? view.value.calls.size : "?"} calls in the journal`,
  )

await Effect.runPromise(Effect.scoped(program))
