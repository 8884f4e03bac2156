/** The package as users get it: packed, and installed into a folder that has nothing else. */
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"

export const checkout = resolve(import.meta.dirname, "../..")

/** Installs into an empty folder; gives the paths in the tarball. Takes minutes where npm's cache is cold. */
export const packAndInstall = async (folder: string): Promise<ReadonlyArray<string>> => {
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], checkout)
  const [{ filename, files }] = JSON.parse(packed.slice(packed.indexOf("["))) as [
    { readonly filename: string; readonly files: ReadonlyArray<{ readonly path: string }> },
  ]
  // Without one of its own, npm would install into the nearest folder above that has a package.json.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline"]
  await run("npm", ["install", ...quiet, "--ignore-scripts", `./${filename}`], folder)
  copySqlite(folder)
  return files.map(({ path }) => path)
}

/**
 * better-sqlite3's install script compiles for a minute and a half where no prebuilt binary can be had. It is the only
 * script that matters, and this checkout has run it for the same version: its result is taken from here.
 */
const copySqlite = (folder: string) => {
  const own = dirname(createRequire(join(checkout, "package.json")).resolve("better-sqlite3/package.json"))
  const release = join("build", "Release")
  const target = join(folder, "node_modules", "better-sqlite3", release)
  mkdirSync(target, { recursive: true })
  cpSync(join(own, release, "better_sqlite3.node"), join(target, "better_sqlite3.node"))
}

/** What a command writes to stdout. Fails with all it wrote when it ends with another code than 0. */
export const run = async (command: string, args: ReadonlyArray<string>, cwd: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(command, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "" },
    maxBuffer: 2 ** 26,
  }).catch((error: { readonly message: string; readonly stdout: string; readonly stderr: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`)
  })
  return stdout
}
