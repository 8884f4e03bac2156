/**
 * Kills a small experiment again and again, and compares it with one that nobody killed.
 *
 *     npm run test:crash -- [--moments N] [--seed N] [--parallel N]
 *
 * One line for each moment; the exit code is 1 where anything differs.
 */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { crashTest } from "./crashTest.ts"
import { scriptedWorld } from "./scriptedWorld.ts"

const text = { type: "string" } as const
const { values } = parseArgs({ options: { moments: text, seed: text, parallel: text } })

const { differences, killed, summary } = await Effect.runPromise(
  crashTest({
    world: scriptedWorld,
    moments: Number(values.moments ?? 20),
    seed: Number(values.seed ?? Date.now() % 1_000_000),
    parallel: Number(values.parallel ?? 2),
    say: (line) => console.log(line),
  }),
)
console.log(summary)
process.exitCode = differences.length > 0 || killed === 0 ? 1 : 0
