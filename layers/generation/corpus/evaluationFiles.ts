/** What evaluations are known by: ids of their sessions, and the texts of their tasks. */
import { Effect, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { gunzipSync } from "node:zlib"
import { UnreadableFile } from "./rowErrors.ts"

/** A file without a single id or text: then nothing would be held out. */
export class NothingToHoldOut extends Schema.TaggedError<NothingToHoldOut>()("NothingToHoldOut", {
  file: Schema.String,
  sought: Schema.String,
}) {
  override get message() {
    return `${this.file} holds no ${this.sought}. Give the right file, or leave the option out.`
  }
}

/** Ids from a JSON array of strings or of rows with `session_id`, from such rows as JSONL, or from lines of text. */
export const sessionIds = (file: string) =>
  Effect.flatMap(contents(file), (values) =>
    found(
      file,
      "session ids",
      values.flatMap((value) => (typeof value === "string" ? [value] : idsIn(value))),
    ),
  )

/** Every text, at any depth, in JSONL or a JSON array of tasks, that is not an id; lines that are no JSON are texts. */
export const taskTexts = (file: string) =>
  Effect.flatMap(contents(file), (values) => found(file, "texts of tasks", values.flatMap(textsIn)))

const found = (file: string, sought: string, texts: ReadonlyArray<string>) =>
  texts.length > 0 ? Effect.succeed(texts) : NothingToHoldOut.make({ file, sought })

/** Small files: a few megabytes of tasks. */
const contents = (file: string): Effect.Effect<ReadonlyArray<unknown>, UnreadableFile> =>
  Effect.map(
    Effect.tryPromise({
      try: async () => {
        const bytes = await readFile(file)
        return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
      },
      catch: (error) =>
        UnreadableFile.make({ file, line: 0, reason: error instanceof Error ? error.message : String(error) }),
    }),
    (text) => {
      const whole = parsed(text)
      if (Array.isArray(whole)) return whole
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .map((line) => parsed(line) ?? line)
    },
  )

const parsed = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    // A line of digits is an id, not a number.
    return typeof value === "object" || typeof value === "string" ? value : undefined
  } catch {
    return undefined
  }
}

const idsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null || !("session_id" in value)) return []
  return typeof value.session_id === "string" ? [value.session_id] : []
}

const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
