import { Effect } from "effect"
import { NodeContext } from "@effect/platform-node"
import { spawn, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { findInstall } from "../../layers/training/embedded/EmbeddedInstall.ts"

const root = join(import.meta.dirname, "../..")
const script = join(root, "scripts/setup.js")
const embedded = join(root, "layers/training/embedded")

describe("requirements.lock", () => {
  for (const name of ["requirements.lock", "uv.requirements.lock"]) {
    it(`pins every package of ${name} with hashes and names no host`, () => {
      const text = readFileSync(join(embedded, name), "utf8")
      assert.notMatch(text, /:\/\/|--(extra-)?index|--find-links|^\s*-e|@ /m)
      const entries = text.split(/\n(?=\S)/)
      for (const entry of entries) assert.match(entry, /^[\w.-]+==\S+( ;[^\n]*)? \\\n {4}--hash=sha256:[0-9a-f]{64}/)
      assert.isAtLeast(entries.length, 1)
    })
  }

  it("leaves out what only a GPU needs", () => {
    const text = readFileSync(join(embedded, "requirements.lock"), "utf8")
    assert.match(text, /^skyrl==0\.4\.0 /m)
    assert.notMatch(text, /^(torch|nvidia-|triton|cuda-)/m)
  })
})

describe("setup.js", () => {
  it("finds a Python that fits on PATH before one of pyenv, and passes over those that don't", () => {
    const { env, bin, versions } = machine()
    fakePython(join(bin, "python3"), "3 11")
    assert.strictEqual(check(env).python, null)
    fakePython(join(versions, "3.9.18/bin/python3"), "3 9")
    fakePython(join(versions, "3.13.0/bin/python3"), "3 13")
    assert.strictEqual(check(env).python, join(versions, "3.13.0/bin/python3"))
    fakePython(join(bin, "python3.14"), "3 15")
    fakePython(join(bin, "python3.12"), "3 12")
    assert.strictEqual(check(env).python, join(bin, "python3.12"))
  })

  it("installs nothing when asked to check", () => {
    const { env, cache } = machine()
    const found = check(env)
    assert.deepInclude(found, { ready: false, cache, uv: null, python: null, model: null })
    assert.isFalse(existsSync(cache))
  })

  it("installs once, under a name that only a finished set-up has, and agrees with what the server looks for", async () => {
    const { env, bin, cache, count } = machine()
    fakeUv(join(bin, "uv"))
    fakePython(join(bin, "python3.12"), "3 12")
    const first = setup(env)
    assert.strictEqual(first.status, 0, first.stderr)
    assert.match(first.stderr, /python: .*python3\.12\n.*installing its packages.*\n.*converting SmolLM2/)
    const { folder, ready } = check(env)
    assert.isTrue(ready)
    const install = await Effect.runPromise(findInstall(env).pipe(Effect.provide(NodeContext.layer)))
    assert.strictEqual(install.model.folder, join(folder, "models/SmolLM2-135M-Instruct"))
    assert.isTrue(install.python.startsWith(folder))
    const calls = count()
    assert.deepEqual([setup(env).status, count()], [0, calls])
    assert.isFalse(readdirSync(cache).some((name) => name.includes("tmp") || name === "setup.lock"))
  })

  it("goes on after a set-up that was killed", async () => {
    const { env, bin } = machine()
    fakeUv(join(bin, "uv"), "sleep 60")
    fakePython(join(bin, "python3.12"), "3 12")
    const child = spawn(process.execPath, [script], { env, detached: true, stdio: ["ignore", "ignore", "pipe"] })
    await new Promise<void>((resolve) =>
      child.stderr.on("data", (chunk: Buffer) => chunk.includes("installing its packages") && resolve()),
    )
    process.kill(-(child.pid ?? 0), "SIGKILL")
    assert.isFalse(check(env).ready)
    const error = await Effect.runPromise(findInstall(env).pipe(Effect.flip, Effect.provide(NodeContext.layer)))
    assert.match(error.message, /not installed in .*: there is no finished set-up\. Run: node .*scripts\/setup\.js$/)
    fakeUv(join(bin, "uv"))
    assert.strictEqual(setup(env).status, 0)
    assert.isTrue(check(env).ready)
  })

  it("says in one line what is missing", () => {
    const bare = machine()
    assert.match(failure(bare.env), /^understudy: uv is missing, and no Python with pip to install it; install uv/)
    const broken = machine()
    fakeUv(join(broken.bin, "uv"), "echo no such host >&2; exit 2")
    fakePython(join(broken.bin, "python3.12"), "3 12")
    assert.match(failure(broken.env), /the trainer's packages could not be had: no such host\. Check the network/)
    const file = machine()
    writeFileSync(join(file.home, "file"), "")
    const env = { ...file.env, UNDERSTUDY_CACHE: join(file.home, "file/cache") }
    assert.match(failure(env), /the cache folder .* can't be written \(ENOTDIR\); set UNDERSTUDY_CACHE/)
  })
})

/** A machine with nothing on it but a shell. `count` says how often uv was called. */
const machine = () => {
  const home = mkdtempSync(join(tmpdir(), "understudy-setup-"))
  const bin = join(home, "bin")
  const versions = join(home, "pyenv/versions")
  const cache = join(home, "cache")
  const calls = join(home, "calls")
  for (const folder of [bin, versions]) mkdirSync(folder, { recursive: true })
  for (const tool of ["mkdir", "sleep", "touch"]) {
    executable(join(bin, tool), `PATH=/usr/bin:/bin exec ${tool} "$@"`)
  }
  const env = {
    HOME: home,
    PATH: [bin].join(delimiter),
    PYENV_ROOT: join(home, "pyenv"),
    UNDERSTUDY_CACHE: cache,
    CALLS: calls,
  }
  const count = () => readFileSync(calls, "utf8").split("\n").length
  return { home, bin, versions, cache, env, count }
}

type Env = ReturnType<typeof machine>["env"]

const check = (env: Env) =>
  JSON.parse(spawnSync(process.execPath, [script, "--check", "--json"], { env, encoding: "utf8" }).stdout)

const setup = (env: Env) => spawnSync(process.execPath, [script], { env, encoding: "utf8" })

/** The last line of a set-up that failed; a failure is one line. */
const failure = (env: Env): string => {
  const { status, stderr } = setup(env)
  assert.strictEqual(status, 1, stderr)
  const last = stderr.trimEnd().split("\n").at(-1) ?? ""
  assert.notMatch(stderr, /^\s+at /m)
  return last
}

/** Tells its version, and converts the model when that is what it is asked for. */
const fakePython = (file: string, version: string) =>
  executable(
    file,
    `case "$1" in -c) echo "${version}";; *convertModel.py) mkdir -p "$2"; touch "$2/model.safetensors";; *) exit 1;; esac`,
  )

/** `uv venv ... FOLDER` copies the Python that tells 3.12; `sync` does what is given. */
const fakeUv = (file: string, sync = "exit 0") => {
  const inside = `case "$1" in *convertModel.py) mkdir -p "$2"; touch "$2/model.safetensors";; esac`
  executable(
    file,
    `echo "$@" >> "$CALLS"
case "$1" in
  --version) exit 0;;
  venv) for last; do :; done; mkdir -p "$last/bin"
    echo '#!/bin/sh' > "$last/bin/python"; echo '${inside}' >> "$last/bin/python"
    PATH=/usr/bin:/bin chmod 755 "$last/bin/python";;
  pip) ${sync};;
esac`,
  )
}

const executable = (file: string, body: string) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
}
