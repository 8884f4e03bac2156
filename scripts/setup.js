// Installs what the embedded trainer needs, once for each version: uv, a Python, the trainer's packages by their hashes,
// and the model. Everything is written under another name first; what is there already is used again.
//
//   node scripts/setup.js                  sets up
//   node scripts/setup.js --check --json   says what is there, installs nothing
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ensureNode } from "./ensureNode.js"
import {
  SetupError,
  alone,
  cacheFolder,
  environmentFolder,
  findPip,
  findPython,
  findUv,
  ownUv,
  project,
  root,
  run,
} from "./setupTools.js"

const modelName = "SmolLM2-135M-Instruct"
const diskNeeded = 2.5e9

/** What is there. `ready`: the trainer can start. */
export const check = (env = process.env) => {
  const folder = environmentFolder(env)
  const installed = readInstalled(folder)
  return {
    ready: installed !== undefined,
    cache: cacheFolder(env),
    folder,
    nodePackages: existsSync(join(root, "node_modules")) || !existsSync(join(root, "package-lock.json")),
    uv: findUv(env) ?? null,
    python: installed?.python ?? findPython(env) ?? null,
    model: installed?.model ?? null,
    // Of other versions; whoever runs none of those may delete them.
    others: existsSync(cacheFolder(env))
      ? readdirSync(cacheFolder(env))
          .map((name) => join(cacheFolder(env), name))
          .filter((other) => /trainer-[0-9a-f]{16}$/.test(other) && other !== folder)
      : [],
  }
}

/** Sets up the trainer. Gives what `installed.json` holds; throws `SetupError` with one line where something can't be had. */
export const setupTrainer = async (env = process.env, log = say) => {
  const folder = environmentFolder(env)
  return (
    readInstalled(folder) ?? (await writable(env, () => alone(cacheFolder(env), log, () => install(folder, env, log))))
  )
}

const install = (folder, env, log) => {
  const already = readInstalled(folder)
  if (already !== undefined) return already
  const started = Date.now()
  const uv = findUv(env) ?? installUv(env, log)
  const python = findPython(env)
  log(python === undefined ? "python: none from 3.12 to 3.14 found, uv fetches one" : `python: ${python}`)
  needDisk(folder)
  // A fresh name: the installer of a set-up that was killed may still be writing to the last one.
  for (const name of readdirSync(folder)) {
    if (name.startsWith("venv-")) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const venv = join(folder, `venv-${Date.now()}-${process.pid}`)
  const from = python === undefined ? ["--managed-python", "--python", "3.12"] : ["--python", python]
  step(
    uv,
    ["venv", "--quiet", ...from, venv],
    folder,
    env,
    python === undefined
      ? "there is no Python from 3.12 to 3.14 on PATH or in pyenv, and uv could not fetch one"
      : "a Python environment could not be made",
  )
  const own = join(venv, "bin", "python")
  log("trainer: installing its packages by their hashes (about 1 GB on disk) ...")
  const lock = join(project, "requirements.lock")
  step(
    uv,
    ["pip", "sync", "--require-hashes", "--python", own, lock],
    folder,
    env,
    "the trainer's packages could not be had",
  )
  const model = join(folder, "models", modelName)
  log(`model: converting ${modelName} ...`)
  step(own, [join(project, "convertModel.py"), model], folder, env, "the embedded model could not be converted")
  const installed = { python: own, model: { name: modelName, folder: model }, jaxCache: join(folder, "jax") }
  replace(join(folder, "installed.json"), JSON.stringify(installed, null, 2))
  log(`trainer: ready in ${Math.round((Date.now() - started) / 1000)} s`)
  return installed
}

const installUv = (env, log) => {
  const python = findPip(env)
  if (python === undefined)
    throw new SetupError("uv is missing, and no Python with pip to install it; install uv, then run the command again.")
  log("uv: installing it with pip ...")
  const target = join(cacheFolder(env), "uv")
  const temporary = `${target}.${process.pid}.tmp`
  const wanted = [
    "--quiet",
    "--require-hashes",
    "--only-binary=:all:",
    "--target",
    temporary,
    "-r",
    join(project, "uv.requirements.lock"),
  ]
  step(python, ["-m", "pip", "install", ...wanted], cacheFolder(env), env, "uv could not be had")
  rmSync(target, { recursive: true, force: true })
  renameSync(temporary, target)
  return ownUv(env)
}

/** Marker and answer in one: there only when everything before it is. */
const readInstalled = (folder) => {
  const marker = join(folder, "installed.json")
  if (!existsSync(marker)) return undefined
  const installed = JSON.parse(readFileSync(marker, "utf8"))
  const files = [installed.python, join(installed.model.folder, "model.safetensors")]
  return files.every((file) => existsSync(file)) ? installed : undefined
}

const step = (command, args, cwd, env, otherwise) => {
  mkdirSync(cwd, { recursive: true })
  const shown = process.stderr.isTTY === true
  const done = run(command, args, {
    cwd,
    env: shown ? env : { ...env, UV_NO_PROGRESS: "1" },
    stdio: ["ignore", "ignore", shown ? "inherit" : "pipe"],
  })
  if (done.status === 0) return
  const why =
    done.error?.message ??
    (done.stderr ?? "")
      .trim()
      .split("\n")
      .map((line) => line.trim())
      .findLast((line) => line !== "")
  throw new SetupError(
    `${otherwise}${why === undefined ? "" : `: ${why}`}. Check the network and the package index, then run the command again; it continues.`,
  )
}

const needDisk = (folder) => {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= diskNeeded) return
  throw new SetupError(
    `${folder} has ${Math.round((bavail * bsize) / 1e6)} MB free and the trainer needs ${diskNeeded / 1e6}; free some, or set UNDERSTUDY_CACHE to a folder elsewhere.`,
  )
}

const writable = async (env, work) => {
  try {
    return await work()
  } catch (error) {
    if (!["EACCES", "EROFS", "EPERM", "ENOSPC", "ENOTDIR", "EEXIST"].includes(error.code)) throw error
    throw new SetupError(
      `the cache folder ${cacheFolder(env)} can't be written (${error.code}); set UNDERSTUDY_CACHE to one that can.`,
    )
  }
}

const replace = (file, text) => {
  writeFileSync(`${file}.${process.pid}.tmp`, text)
  renameSync(`${file}.${process.pid}.tmp`, file)
}

const say = (line) => console.error(`understudy: ${line}`)

const main = async (args) => {
  if (args.includes("--check")) {
    const found = check()
    if (args.includes("--json")) console.log(JSON.stringify(found))
    else
      console.log(
        found.ready
          ? `the trainer is installed in ${found.folder}`
          : "the trainer is not installed; run `node scripts/setup.js`",
      )
    return found.ready ? 0 : 1
  }
  if (existsSync(join(root, "package-lock.json"))) ensureNode()
  try {
    await setupTrainer()
    return 0
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    return 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
