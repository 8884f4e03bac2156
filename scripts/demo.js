// `npm run demo`: sets up what is missing, then runs workflows/experiments/demo.ts in .understudy and prints its report.
//
//   --quick    the same path on a small scale, in a few minutes
//   --replay   the report of a recorded run, through the same code; needs neither the trainer nor Python
//
// Other arguments go to `understudy run`, such as --home.
import { join } from "node:path"
import { ensureNode } from "./ensureNode.js"
import { setupTrainer } from "./setup.js"
import { SetupError, root } from "./setupTools.js"

const understudy = async (...args) => {
  const bin = join(root, "bin", "understudy.js")
  process.argv = [process.execPath, bin, ...args]
  await import(bin)
}

const main = async (args) => {
  const rest = args.filter((arg) => arg !== "--quick" && arg !== "--replay")
  const experiment = join(root, "workflows", "experiments", args.includes("--quick") ? "demoQuick.ts" : "demo.ts")
  ensureNode()
  if (args.includes("--replay")) return understudy("replay", experiment, "--recorded", ...rest)
  try {
    await setupTrainer()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`understudy: ${error.message}`)
    process.exitCode = 1
    return
  }
  // What a run that is stopped tells people to type.
  process.env.UNDERSTUDY_RESUME = ["npm run demo", ...(args.length > 0 ? ["--", ...args] : [])].join(" ")
  await understudy("run", experiment, ...rest)
}

await main(process.argv.slice(2))
