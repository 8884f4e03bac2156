// What set-up looks for on this machine: cache folder, uv, Python. Node's own modules only: it runs before any package
// is installed.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from "node:fs"
import { homedir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = join(dirname(fileURLToPath(import.meta.url)), "..")

/** The trainer's Python project: in a checkout among the sources, in an installed package among the built files. */
export const project = [join(root, "layers/training/embedded"), join(root, "dist/layers/training/embedded")].find(
  (folder) => existsSync(join(folder, "requirements.lock")),
)

/** A failure that one line explains. */
export class SetupError extends Error {}

export const cacheFolder = (env = process.env) =>
  env.UNDERSTUDY_CACHE || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "understudy")

/** One environment for each lock file and way of making the model, so that versions never mix. */
export const environmentFolder = (env = process.env) => {
  const hash = createHash("sha256")
  for (const file of ["requirements.lock", "convertModel.py"]) hash.update(readFileSync(join(project, file)))
  return join(cacheFolder(env), `trainer-${hash.digest("hex").slice(0, 16)}`)
}

export const run = (command, args, options = {}) =>
  spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options })

/** A Python that SkyRL runs on: from PATH, then from pyenv's folder. Undefined where there is none. */
export const findPython = (env = process.env) =>
  [...onPath(env, ["python3.12", "python3.13", "python3.14", "python3", "python"]), ...fromPyenv(env)].find((python) =>
    fits(python, env),
  )

const fits = (python, env) => {
  const version = /^3 (\d+)\s*$/.exec(
    run(python, ["-c", 'import sys; print("%d %d" % sys.version_info[:2])'], { env }).stdout ?? "",
  )
  return version !== null && Number(version[1]) >= 12 && Number(version[1]) < 15
}

const fromPyenv = (env) => {
  const versions = join(env.PYENV_ROOT || join(env.HOME || homedir(), ".pyenv"), "versions")
  if (!existsSync(versions)) return []
  return readdirSync(versions)
    .filter((name) => /^3\.1[234]\.\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => join(versions, name, "bin", "python3"))
    .filter((python) => existsSync(python))
}

/** A uv that runs: from PATH, else the one that set-up installed. */
export const findUv = (env = process.env) =>
  [...onPath(env, ["uv"]), ownUv(env)].find((uv) => existsSync(uv) && run(uv, ["--version"], { env }).status === 0)

export const ownUv = (env = process.env) => join(cacheFolder(env), "uv", "bin", "uv")

/** A Python of any version that has pip, to install uv with. */
export const findPip = (env = process.env) =>
  [...onPath(env, ["python3", "python"]), ...fromPyenv(env)].find(
    (python) => run(python, ["-m", "pip", "--version"], { env }).status === 0,
  )

const onPath = (env, names) =>
  names.flatMap((name) =>
    (env.PATH ?? "")
      .split(delimiter)
      .filter((folder) => folder !== "")
      .map((folder) => join(folder, name))
      .filter((file) => existsSync(file)),
  )

/** Runs `work` while no other process sets up the same cache. The lock of a process that is gone is taken over. */
export const alone = async (folder, log, work) => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, "setup.lock")
  for (let told = false; !take(file); told = true) {
    if (!told) log("waiting for another set-up to finish ...")
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

const take = (file) => {
  try {
    const handle = openSync(file, "wx")
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if (error.code !== "EEXIST") throw error
    const holder = Number(existsSync(file) ? readFileSync(file, "utf8") : "0")
    if (holder > 0 && !lives(holder)) rmSync(file, { force: true })
    return false
  }
}

const lives = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}
