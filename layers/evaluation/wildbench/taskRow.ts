/** A row of allenai/WildBench as a task, or why it can't be one. Fields that are not used may be there or not. */
import { Either, Schema } from "effect"
import type { Types } from "effect"
import type { Message } from "../../../src/domain/Conversation.ts"
import { schemaIssues } from "../../../src/domain/schemaIssues.ts"
import type { WildBenchTask } from "../../../src/domain/WildBench.ts"

/** What a task is read from; other columns of a table are not read. */
export const taskColumns = [
  "session_id",
  "conversation_input",
  "checklist",
  "primary_tag",
  "secondary_tags",
  "intent",
  "references",
]

/** `reason` is the same for all rows of one kind, so that they can be counted by it; `detail` is this row's own. */
export interface TaskProblem {
  readonly reason: string
  readonly detail?: string
}

export const taskOf = (row: unknown): Either.Either<WildBenchTask, TaskProblem> =>
  Either.flatMap(
    Either.mapLeft(decode(row), (error) => ({
      reason: "it is not in the WildBench schema",
      detail: schemaIssues(error).join("; "),
    })),
    (fields) => {
      const problem = problemOf(fields.conversation_input)
      return problem === undefined ? Either.right(made(fields)) : Either.left(problem)
    },
  )

const orAbsent = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Row = Schema.Struct({
  session_id: Schema.NonEmptyString,
  conversation_input: Schema.NonEmptyArray(
    Schema.Struct({
      role: Schema.Literal("user", "assistant"),
      content: Schema.String,
      language: orAbsent(Schema.String),
    }),
  ),
  checklist: Schema.NonEmptyArray(Schema.NonEmptyString),
  primary_tag: Schema.NonEmptyString,
  secondary_tags: orAbsent(Schema.Array(Schema.String)),
  intent: orAbsent(Schema.String),
  references: orAbsent(Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.String) })),
})
const decode = Schema.decodeUnknownEither(Row, { errors: "all" })

const made = (row: typeof Row.Type): WildBenchTask => {
  const { session_id, conversation_input, checklist, primary_tag, secondary_tags, intent, references } = row
  const task: Types.Mutable<WildBenchTask> = {
    session: session_id,
    messages: conversation_input.map(({ role, content }) => ({ role, content })),
    checklist,
    primaryTag: primary_tag,
    secondaryTags: secondary_tags ?? [],
  }
  const language = conversation_input[0].language
  const given = Object.entries(references ?? {}).flatMap(([model, text]) => (text === null ? [] : [[model, text]]))
  if (intent != null && intent !== "") task.intent = intent
  if (language != null) task.language = language
  if (given.length > 0) task.references = Object.fromEntries(given) as Readonly<Record<string, string>>
  return task
}

const problemOf = (messages: ReadonlyArray<Message>): TaskProblem | undefined => {
  const wrong = messages.findIndex(({ role }, i) => role !== (i % 2 === 0 ? "user" : "assistant"))
  if (wrong >= 0) {
    const detail = `message ${wrong + 1} is by ${messages[wrong]?.role}`
    return { reason: "its roles don't alternate, starting with user", detail }
  }
  const last = messages.at(-1)
  if (last?.role !== "user") return { reason: "its last message is not the user's: there is nothing to answer" }
  return last.content.trim() === "" ? { reason: "its query is blank" } : undefined
}
