/** Finds and reads the config: `--config`, else the nearest `understudy.config.ts` from the current folder upwards. */
import { Effect, Schema } from "effect"
import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { schemaIssues } from "../../src/domain/schemaIssues.ts"
import { importDefault } from "../importDefault.ts"
import { UnderstudyConfig } from "./UnderstudyConfig.ts"

/** The config can't be used. Nothing has run. */
export class UnusableConfig extends Schema.TaggedError<UnusableConfig>()("UnusableConfig", {
  file: Schema.String,
  line: Schema.optional(Schema.Int),
  detail: Schema.String,
}) {
  readonly exitCode = 64
  override get message() {
    const place = this.line === undefined ? this.file : `${this.file}:${this.line}`
    return `${place}: ${this.detail}. Correct the config and run the same command again.`
  }
}

const names = ["understudy.config.ts", "understudy.config.js", "understudy.config.mjs"]

export const loadConfig = Effect.fn("loadConfig")(function* (option?: string) {
  const file = option === undefined ? nearest(process.cwd()) : resolve(option)
  if (file === undefined) return yield* Effect.orDie(decode({}))
  if (!existsSync(file)) return yield* UnusableConfig.make({ file, detail: "there is no such file" })
  const unusable = (detail: string, line?: number) =>
    UnusableConfig.make({ file, detail, ...(line === undefined ? {} : { line }) })
  const value = yield* Effect.mapError(importDefault(file), ({ line, detail }) => unusable(detail, line))
  if (typeof value !== "object" || value === null) {
    return yield* unusable("write `export default defineConfig({ ... })` in it")
  }
  return yield* Effect.mapError(decode(value), (error) => unusable(schemaIssues(error).join("; ")))
})

const decode = Schema.decodeUnknown(UnderstudyConfig, { onExcessProperty: "error", errors: "all" })

const nearest = (folder: string): string | undefined => {
  const found = names.map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  const above = dirname(folder)
  return above === folder ? undefined : nearest(above)
}
