/** Many killed experiments beside one that nobody killed. */
import { Effect } from "effect"
import type { Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findingsOf } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { earlier, lives, moments } from "./moments.ts"
import type { Moment } from "./moments.ts"
import { runTrial } from "./Trial.ts"
import type { Trial } from "./Trial.ts"
import type { World } from "./World.ts"

export interface CrashTestOptions {
  /** A new one for each experiment, by its home. */
  readonly world: (home: string) => Effect.Effect<World, never, Scope.Scope>
  readonly moments: number
  /** Kills of one experiment on its way, many. Default: one at its moment, and a few of the runs that resume it. */
  readonly kills?: number
  readonly seed: number
  /** Experiments at once. */
  readonly parallel: number
  readonly say: (line: string) => void
}

export interface CrashTestResult {
  /** Whatever a kill changed, and what is wrong without any. */
  readonly differences: ReadonlyArray<string>
  readonly repeated: number
  /** Moments at which a run was killed. */
  readonly killed: number
  /** All of them. */
  readonly kills: number
  readonly summary: string
}

export const crashTest = Effect.fn("crashTest")(function* (options: CrashTestOptions) {
  const { seed, say, parallel } = options
  let failed = false
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-crash-"))),
    (folder) => Effect.sync(() => (failed ? say(`kept in ${folder}`) : rmSync(folder, { recursive: true }))),
  )
  const trialIn = Effect.fnUntraced(function* (home: string, moment?: Moment) {
    return yield* runTrial(home, yield* options.world(home), moment)
  }, Effect.scoped)

  const reference = yield* trialIn(join(folder, "undisturbed"))
  const undisturbed = yield* findingsOf(reference, reference)
  const { requests, end } = reference.timeline
  say(`seed ${seed}; undisturbed: ${requests.length} requests in ${(end / 1000).toFixed(1)} s`)
  for (const difference of undisturbed.differences) say(`  ${difference}`)
  failed = undisturbed.differences.length > 0

  let ended = 0
  const one = Effect.fnUntraced(function* (moment: Moment, i: number) {
    const own = (attempt: number) => join(folder, `moment-${i + 1}-${attempt}`)
    let trial = yield* trialIn(own(0), moment)
    // A faster run than the undisturbed one may be over before its moment.
    let now = moment
    for (let attempt = 1; trial.kills.length === 0 && attempt < 5; attempt++) {
      now = earlier(now)
      trial = yield* trialIn(own(attempt), now)
    }
    const findings = yield* findingsOf(trial, reference)
    say(`${String(++ended).padStart(3)}/${options.moments} ${describe(now, trial, findings)}`)
    for (const difference of findings.differences) say(`      ${difference}`)
    if (findings.differences.length > 0) failed = true
    else yield* Effect.sync(() => rmSync(own(0), { recursive: true }))
    return { findings, kills: trial.kills.length }
  })
  const { kills } = options
  const chosen = failed
    ? []
    : kills === undefined
      ? moments(seed, options.moments, reference.timeline)
      : lives(seed, { count: options.moments, kills }, reference.timeline)
  const all = yield* Effect.forEach(chosen, one, { concurrency: parallel })

  const every = [undisturbed, ...all.map(({ findings }) => findings)]
  const sum = (of: (findings: Findings) => number) => every.reduce((total, findings) => total + of(findings), 0)
  const differences = every.flatMap((findings) => findings.differences)
  const lost = every.flatMap((findings) => findings.lost)
  const killed = all.filter((moment) => moment.kills > 0).length
  const killedRuns = all.reduce((total, moment) => total + moment.kills, 0)
  const repeated = sum((findings) => findings.repeated)
  const result: CrashTestResult = {
    differences,
    repeated,
    killed,
    kills: killedRuns,
    summary:
      `${killed} moments, ${killedRuns} kills, ${repeated} repeated calls (all in flight), ${differences.length} differences; ` +
      `in flight at the kills: ${lost.length} calls (${tally(lost)}); ` +
      `${sum(({ replayed }) => replayed)} training steps replayed`,
  }
  return result
}, Effect.scoped)

const describe = ({ at, trainerDies }: Moment, { kills, calls }: Trial, findings: Findings) => {
  const places = kills.map(({ steps }, run) => {
    const stages = steps.filter(({ state }) => state === "running").map(({ stage }) => stage)
    const between = steps.length === 0 ? "the beginning" : "the end"
    return `in ${[...new Set(stages)].join(" and ") || between} (${calls[run]?.length ?? 0} calls)`
  })
  return [
    `${findings.differences.length === 0 ? "same" : "DIFFERENT"}: at ${(at / 1000).toFixed(2)} s`,
    `killed ${places.join(", then ") || "never"}${trainerDies ? " with the trainer" : ""}`,
    `${findings.lost.length} in flight, ${findings.repeated} sent again, ${findings.replayed} replayed`,
  ].join("; ")
}

const tally = (names: ReadonlyArray<string>) =>
  [...new Set(names)]
    .sort()
    .map((name) => `${names.filter((one) => one === name).length} ${name}`)
    .join(", ")
