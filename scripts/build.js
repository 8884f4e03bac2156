// Compiles the sources to dist/, with the files that lie among them and are not TypeScript. `npm pack` calls it.
import { spawnSync } from "node:child_process"
import { cpSync, renameSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { ensureNode } from "./ensureNode.js"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const folders = ["src", "layers", "workflows"]
const leftOut = new Set(["__pycache__", "bench"])
ensureNode()

const building = join(root, `dist.${process.pid}.tmp`)
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc")
const compiled = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", building], {
  cwd: root,
  stdio: "inherit",
})
if (compiled.status !== 0) {
  rmSync(building, { recursive: true, force: true })
  process.exit(compiled.status ?? 1)
}
for (const folder of folders) {
  cpSync(join(root, folder), join(building, folder), {
    recursive: true,
    filter: (file) => !file.endsWith(".ts") && !leftOut.has(basename(file)),
  })
}
rmSync(join(root, "dist"), { recursive: true, force: true })
renameSync(building, join(root, "dist"))
