// Keeps the demo run of a home as the one that `npm run demo -- --replay` replays: its journal, its ledger and its
// artifacts, less the trainer's saved states, which are large and which no replay restores.
//
//   node scripts/record.js HOME
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { root } from "./setupTools.js"

const [home] = process.argv.slice(2)
if (home === undefined) {
  console.error("Usage: node scripts/record.js HOME")
  process.exit(64)
}
const largestText = 1e6
const target = join(root, "workflows", "experiments", "recorded", "demo")
rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const name of ["home.json", "journal.db", "ledger.db"]) cpSync(join(home, name), join(target, name))
for (const folder of readdirSync(join(home, "artifacts")))
  for (const name of readdirSync(join(home, "artifacts", folder))) {
    const file = join(home, "artifacts", folder, name)
    if (statSync(file).size <= largestText) cpSync(file, join(target, "artifacts", folder, name))
  }
