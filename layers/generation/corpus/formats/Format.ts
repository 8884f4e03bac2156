/** How logs of one kind write a conversation. A new kind is one value of this form, listed in `formats.ts`. */
import { Schema } from "effect"

export type Fields = Readonly<Record<string, unknown>>

/** A row as its log means it: not yet checked for roles that alternate or messages that are blank. */
export interface Logged {
  /** Undefined where the log gives none: then the messages' hash stands for it. */
  readonly id?: string | undefined
  /** As the log has it; undefined, null or empty where it doesn't say who wrote. */
  readonly user?: unknown
  readonly messages: ReadonlyArray<{ readonly role: "user" | "assistant"; readonly content: string }>
  readonly session?: string | undefined
}

export interface Format {
  readonly name: "wildchat" | "lmsys" | "prism" | "sharegpt" | "openai"
  /** For people. */
  readonly title: string
  /** A row that has all of these is of this kind. */
  readonly fields: ReadonlyArray<string>
  /** What a row is read from; other columns of a table are not read. */
  readonly columns: ReadonlyArray<string>
  /** The fields that hold the user's id, for people. */
  readonly userField: string
  /** What is wrong with a row that `read` does not understand. */
  readonly schema: Schema.Schema.AnyNoContext
  /** Undefined: the row does not fit the schema. */
  readonly read: (row: Fields) => Logged | undefined
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const textOr = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** Fields that every kind may have beside its own. */
export const commonColumns = ["language", "country", "intent", "checklist"]

export const Common = {
  language: Schema.optional(Schema.NullOr(Schema.String)),
  country: Schema.optional(Schema.NullOr(Schema.String)),
  intent: Schema.optional(Schema.NullOr(Schema.String)),
  checklist: Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown))),
}

/** Of the user, where the log has one. */
export const UserId = Schema.optional(Schema.NullOr(Schema.Union(Schema.String, Schema.Number, Schema.BigIntFromSelf)))

type Turn = Logged["messages"][number]

/** Turns in the form `{ role, content }`; undefined where one is in another. */
export const turnsOf = (list: unknown): ReadonlyArray<Turn> | undefined => {
  if (!Array.isArray(list) || list.length === 0) return undefined
  const turns: Array<Turn> = []
  for (const turn of list as ReadonlyArray<unknown>) {
    if (!isFields(turn)) return undefined
    const { role, content } = turn
    if ((role !== "user" && role !== "assistant") || typeof content !== "string") return undefined
    turns.push({ role, content })
  }
  return turns
}

export const Turns = Schema.NonEmptyArray(
  Schema.Struct({ role: Schema.Literal("user", "assistant"), content: Schema.String }),
)
