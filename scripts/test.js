// `npm test`: installs what is missing, runs the test suite, then those that want the whole machine: on the real trainer, and with runs that are killed (some minutes).
//
//   npm test -- PATH ...    these tests alone, as vitest takes them; the trainer is neither set up nor used
//   npm run test:real       the tests on the real trainer, and those that kill runs, alone
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { ensureNode } from "./ensureNode.js"
import { setupTrainer } from "./setup.js"
import { SetupError, root } from "./setupTools.js"

const vitest = (...args) => {
  const file = join(root, "node_modules", "vitest", "vitest.mjs")
  return spawnSync(process.execPath, [file, "run", ...args], { cwd: root, stdio: "inherit" }).status ?? 1
}

const main = async (args) => {
  ensureNode()
  const onlyReal = args[0] === "--real"
  if (args.length > 0 && !onlyReal) return vitest(...args)
  try {
    await setupTrainer()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`understudy: ${error.message}`)
    return 1
  }
  const status = onlyReal ? 0 : vitest()
  return status === 0 ? vitest("--config", "vitest.real.config.ts", ...args.slice(1)) : status
}

process.exitCode = await main(process.argv.slice(2))
