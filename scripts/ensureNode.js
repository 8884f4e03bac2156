// Installs the locked node packages unless this lock file's packages are already there. The stamp is written last, so an
// interrupted install is repeated.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const stamp = join(root, "node_modules", ".understudy-lock")

export const ensureNode = () => {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return
  console.error("understudy: installing node packages (compiling SQLite takes a minute or two) ...")
  const started = Date.now()
  const done = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  })
  if (done.status !== 0) {
    console.error(
      "understudy: node packages could not be installed; check the npm registry, then run the command again.",
    )
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
  console.error(`understudy: node packages installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureNode()
