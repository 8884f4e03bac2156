/** Finds and reads the config: `--config`, else the nearest `understudy.config.ts` from the current folder upwards. */
import { Effect, ParseResult, Predicate, Schema } from "effect"
import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { UnderstudyConfig } from "./UnderstudyConfig.ts"

/** The config can't be used. Nothing has run. */
export class UnusableConfig extends Schema.TaggedError<UnusableConfig>()("UnusableConfig", {
  file: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.file}: ${this.detail}. Correct the config and run the same command again.`
  }
}

const names = ["understudy.config.ts", "understudy.config.js", "understudy.config.mjs"]

export const loadConfig = Effect.fn("loadConfig")(function* (option?: string) {
  const file = option === undefined ? nearest(process.cwd()) : resolve(option)
  if (file === undefined) return yield* Effect.orDie(decode({}))
  if (!existsSync(file)) return yield* UnusableConfig.make({ file, detail: "there is no such file" })
  const module = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(file).href) as Promise<Readonly<Record<string, unknown>>>,
    catch: (error) => UnusableConfig.make({ file, detail: error instanceof Error ? error.message : String(error) }),
  })
  const exported = module["default"]
  // In a folder whose package.json doesn't say `"type": "module"`, the export arrives wrapped once more.
  const value = Predicate.hasProperty(exported, "default") ? exported.default : exported
  return yield* Effect.mapError(decode(value), (error) =>
    UnusableConfig.make({
      file,
      detail: ParseResult.ArrayFormatter.formatErrorSync(error)
        .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
        .join("; "),
    }),
  )
})

const decode = Schema.decodeUnknown(UnderstudyConfig, { onExcessProperty: "error", errors: "all" })

const nearest = (folder: string): string | undefined => {
  const found = names.map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  const above = dirname(folder)
  return above === folder ? undefined : nearest(above)
}
