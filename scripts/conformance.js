// `npm run conformance -- FOLDER`: sets up what is missing, then runs every reference vector of the folder. Without the
// embedded model its tokenizer's vectors fail, and all others run.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { ensureNode } from "./ensureNode.js"
import { setupTrainer } from "./setup.js"
import { SetupError, root } from "./setupTools.js"

ensureNode()
try {
  await setupTrainer()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`understudy: ${error.message}`)
}
const main = join(root, "workflows", "conformance", "main.ts")
const run = spawnSync(process.execPath, ["--import", "tsx", main, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: "inherit",
})
process.exitCode = run.status ?? 1
