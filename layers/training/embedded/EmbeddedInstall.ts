/** Finds what `scripts/setup.js` installed: the trainer's Python environment and the embedded model. */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { resolve } from "node:path"

/** Absolute paths. `jaxCache` keeps compiled programs from one start of the server to the next. */
export class EmbeddedInstall extends Schema.Class<EmbeddedInstall>("EmbeddedInstall")({
  python: Schema.NonEmptyString,
  /** `name` is what the server calls it; `folder` is in Hugging Face format, tokenizer included. */
  model: Schema.Struct({ name: Schema.NonEmptyString, folder: Schema.NonEmptyString }),
  jaxCache: Schema.NonEmptyString,
}) {}

/** The trainer or its model is not there, or only half. */
export class NotInstalled extends Schema.TaggedError<NotInstalled>()("NotInstalled", {
  folder: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `The embedded trainer is not installed in ${this.folder}: ${this.detail}. Run: node ${setupScript()}`
  }
}

/** The Python project of the trainer: the folder of this file, where its scripts and locks lie beside it. */
export const projectFolder: string = import.meta.dirname

/** Where set-up keeps what it downloads: `UNDERSTUDY_CACHE`, else a folder in `XDG_CACHE_HOME`, else in `~/.cache`. */
export const cacheFolder = (env: Env): string =>
  env["UNDERSTUDY_CACHE"] || `${env["XDG_CACHE_HOME"] || `${env["HOME"] || homedir()}/.cache`}/understudy`

/** What is installed for this version. Reads; installs nothing. */
export const findInstall = Effect.fn("findInstall")(function* (env: Env = process.env) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const read = (file: string) => fs.readFile(path.join(projectFolder, file)).pipe(Effect.orDie)
  const hash = createHash("sha256")
  for (const file of keyedBy) hash.update(yield* read(file))
  const folder = path.join(cacheFolder(env), `trainer-${hash.digest("hex").slice(0, 16)}`)
  const absent = (detail: string) => NotInstalled.make({ folder, detail })
  const marker = yield* fs
    .readFileString(path.join(folder, "installed.json"))
    .pipe(Effect.mapError(() => absent("there is no finished set-up")))
  const install = yield* Schema.decode(Schema.parseJson(EmbeddedInstall))(marker).pipe(
    Effect.mapError(() => absent("installed.json is not readable")),
  )
  for (const file of [install.python, path.join(install.model.folder, "model.safetensors")]) {
    const there = yield* fs.exists(file).pipe(Effect.orElseSucceed(() => false))
    if (!there) return yield* absent(`${file} is missing`)
  }
  return install
})

/** In a checkout three folders up from here, in a package one more, because this file then lies in `dist`. */
const setupScript = (): string =>
  ["../../..", "../../../.."]
    .map((up) => resolve(projectFolder, up, "scripts/setup.js"))
    .find((script) => existsSync(script)) ?? "scripts/setup.js"

/** As in `scripts/setupTools.js`, which runs before any package is there and so shares no code with this. */
const keyedBy = ["requirements.lock", "convertModel.py"]

type Env = Readonly<Record<string, string | undefined>>
