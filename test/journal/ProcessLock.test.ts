import { Effect, Either } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, assert, describe, it } from "vitest"
import { acquire } from "../../src/journal/ProcessLock.ts"

const home = mkdtempSync(join(tmpdir(), "understudy-lock-"))
afterAll(() => rmSync(home, { recursive: true }))

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const attempt = () => Effect.runPromise(Effect.either(Effect.scoped(acquire(home))))

describe("ProcessLock", () => {
  it("keeps a second process out until the first is killed", async () => {
    const child = spawn(process.execPath, ["--import", tsx, join(import.meta.dirname, "lockHolder.ts"), home], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    await once(child.stdout, "data")
    const refused = await attempt()
    assert.match(
      Either.isLeft(refused) ? refused.left.message : "",
      new RegExp(`in use by process ${child.pid}, since .*--home`),
    )
    child.kill("SIGKILL")
    await once(child, "close")
    assert.isTrue(Either.isRight(await attempt()))
  })

  it("is free again when its scope closes", async () => {
    assert.isTrue(Either.isRight(await attempt()))
    assert.isTrue(Either.isRight(await attempt()))
  })
})
