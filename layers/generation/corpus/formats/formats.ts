/** The kinds of logs that are read, and which kind a row is of. */
import { Schema } from "effect"
import type { Fields, Format } from "./Format.ts"
import { lmsys } from "./lmsys.ts"
import { openAi } from "./openAi.ts"
import { prism } from "./prism.ts"
import { shareGpt } from "./shareGpt.ts"
import { wildChat } from "./wildChat.ts"

export type FormatName = Format["name"]
export const formatNames = [
  "wildchat",
  "lmsys",
  "prism",
  "sharegpt",
  "openai",
] as const satisfies ReadonlyArray<FormatName>

const formats: Readonly<Record<FormatName, Format>> = {
  wildchat: wildChat,
  lmsys,
  prism,
  sharegpt: shareGpt,
  openai: openAi,
}

export const formatNamed = (name: FormatName): Format => formats[name]

/** The first kind all of whose fields are there. */
export const formatWith = (fields: Iterable<string>): Format | undefined => {
  const there = new Set(fields)
  return formatNames.map(formatNamed).find((format) => format.fields.every((field) => there.has(field)))
}

export const formatOf = (row: Fields): Format | undefined => formatWith(Object.keys(row))

/** A file whose rows are of no known kind. */
export class UnknownFormat extends Schema.TaggedError<UnknownFormat>()("UnknownFormat", {
  file: Schema.String,
  line: Schema.Int,
  fields: Schema.Array(Schema.String),
}) {
  override get message() {
    const known = formatNames.map((name) => `${name} (${formats[name].fields.join(", ")})`)
    const shown = this.fields.slice(0, 20).join(", ") || "none"
    return `${this.file}:${this.line}: these are logs of no known kind. The row has the fields ${shown}. Looked for: ${known.join("; ")}. Rename the fields to one of these, a row a line.`
  }
}
