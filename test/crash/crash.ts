/**
 * Kills a small experiment again and again, and compares it with one that nobody killed: on scripted servers, or on the
 * embedded trainer (`node scripts/setup.js` first; a moment takes about five minutes there).
 *
 *     npm run test:crash -- [--moments N | --real N] [--kills N] [--seed N] [--parallel N]
 *
 * With `--kills` each experiment is killed so often on its way, and runs from a bundle that starts faster.
 *
 * One line for each moment; the exit code is 1 where anything differs.
 */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { bundle } from "./bundle.ts"
import { crashTest } from "./crashTest.ts"
import { embeddedWorld } from "./embeddedWorld.ts"
import { scriptedWorld } from "./scriptedWorld.ts"

const text = { type: "string" } as const
const { values } = parseArgs({ options: { moments: text, real: text, kills: text, seed: text, parallel: text } })

const where =
  values.real === undefined
    ? { world: scriptedWorld, moments: Number(values.moments ?? 20), parallel: Number(values.parallel ?? 2) }
    : { world: embeddedWorld, moments: Number(values.real), parallel: 1 }
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const { differences, killed, summary } = await Effect.runPromise(
  Effect.gen(function* () {
    const options = { ...where, seed, say: (line: string) => console.log(line) }
    if (values.kills === undefined) return yield* crashTest(options)
    const built = yield* bundle
    const world = (home: string) => scriptedWorld(home, built)
    return yield* crashTest({ ...options, world, kills: Number(values.kills) })
  }).pipe(Effect.scoped),
)
console.log(summary)
process.exitCode = differences.length > 0 || killed === 0 ? 1 : 0
