// `npm test`: installs what is missing, then runs the test suite. Arguments go to vitest.
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { ensureNode } from "./ensureNode.js"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
ensureNode()
const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
const run = spawnSync(process.execPath, [vitest, "run", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" })
process.exit(run.status ?? 1)
