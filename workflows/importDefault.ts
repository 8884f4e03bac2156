/** Imports a file of the user's own, TypeScript or JavaScript, and says where in it something went wrong. */
import { Effect, Predicate } from "effect"
import { relative, resolve, sep } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** Why the file can't be imported, in words, with the line where that is known. */
export interface ImportFailure {
  readonly line: number | undefined
  readonly detail: string
}

/** The default export of `path`, an absolute path. */
export const importDefault = (path: string): Effect.Effect<unknown, ImportFailure> =>
  Effect.map(importFile(path), (module) => module["default"])

/** What `path`, an absolute path, exports by name. */
export const importFile = (path: string): Effect.Effect<Readonly<Record<string, unknown>>, ImportFailure> =>
  Effect.tryPromise({
    try: () => import(pathToFileURL(path).href) as Promise<Readonly<Record<string, unknown>>>,
    catch: (error) => failureIn(path, error),
  }).pipe(
    Effect.map((module) => {
      const exported = module["default"]
      // In a folder whose package.json doesn't say `"type": "module"`, the exports arrive wrapped once more.
      return Predicate.hasProperty(exported, "default") ? { ...exported } : module
    }),
  )

/** An error by its message, with the line of `path` on which it arose; in another file of the user's, with that. */
export const failureIn = (path: string, error: unknown): ImportFailure => {
  const message = Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
  const syntax = syntaxError(path, message)
  if (syntax !== undefined) return syntax
  const frames = framesOf(error)
  const own = frames.find(({ file }) => file === path)
  if (own !== undefined) return { line: own.line, detail: message }
  const other = frames.find(({ file }) => !file.includes(`${sep}node_modules${sep}`) && !inPackage(file))
  const place = other === undefined ? "" : ` (at ${relative(process.cwd(), other.file)}:${other.line})`
  return { line: undefined, detail: `${message}${place}` }
}

/** As esbuild tells them, which runs before the file does. */
const syntaxError = (path: string, message: string): ImportFailure | undefined => {
  const found = /^(.+):(\d+):\d+: ERROR: (.+)$/m.exec(message)
  if (found === null) return undefined
  const [, file = "", line, detail = ""] = found
  if (resolve(file) === path) return { line: Number(line), detail }
  return { line: undefined, detail: `${detail} (at ${relative(process.cwd(), file)}:${line})` }
}

interface Frame {
  readonly file: string
  readonly line: number
}

const framesOf = (error: unknown): ReadonlyArray<Frame> => {
  const stack = Predicate.hasProperty(error, "stack") ? String(error.stack) : ""
  return [...stack.matchAll(/^\s+at (?:.*\()?((?:file:\/\/)?\/.+?):(\d+):\d+\)?$/gm)].map(([, file = "", line]) => ({
    file: file.startsWith("file:") ? fileURLToPath(file) : file,
    line: Number(line),
  }))
}

const packageFolder = resolve(import.meta.dirname, "..")
const inPackage = (file: string) =>
  file.startsWith(`${packageFolder}${sep}`) && !file.startsWith(`${packageFolder}${sep}test${sep}`)
