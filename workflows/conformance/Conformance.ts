/** Runs every topic file of a folder through the product's own functions. */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Either, Schema } from "effect"
import { Case } from "./Topic.ts"
import type { Check } from "./Topic.ts"
import { topicNamed } from "./topics.ts"

/** What became of one topic file. */
export interface TopicResult {
  readonly topic: string
  readonly passed: number
  readonly failed: number
  /** Why, one line for each failed case or for the whole file. */
  readonly problems: ReadonlyArray<string>
}

export class NoTopics extends Schema.TaggedError<NoTopics>()("NoTopics", { folder: Schema.String }) {
  override get message() {
    return `There is no topic file in ${this.folder}: a topic file is a *.json with a list of cases. Name the folder of the reference vectors.`
  }
}

/**
 * The results by topic, in the order of file names. A file without a `cases` list is no topic file. An unknown topic, a
 * malformed case and a file that is not JSON are failures. Fails with `NoTopics` or the platform's error for the folder.
 */
export const runConformance = Effect.fn("runConformance")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = (yield* fs.readDirectory(folder)).filter((name) => name.endsWith(".json")).sort()
  const results = yield* Effect.forEach(names, (name) =>
    fs
      .readFileString(path.join(folder, name))
      .pipe(Effect.flatMap((text) => runFile(path.basename(name, ".json"), text))),
  )
  const topics = results.filter((result) => result !== undefined)
  return topics.length > 0 ? topics : yield* new NoTopics({ folder })
})

const runFile = Effect.fnUntraced(function* (topic: string, text: string) {
  const parsed = parse(text)
  if (Either.isLeft(parsed)) return failure(topic, 1, parsed.left.message)
  if (!isTopicFile(parsed.right)) return undefined
  const { cases } = parsed.right
  const found = topicNamed(topic)
  if (found === undefined) return failure(topic, Math.max(1, cases.length), "unknown topic")
  return yield* Effect.match(found, {
    onFailure: (error) => failure(topic, Math.max(1, cases.length), error.message),
    onSuccess: (check) =>
      tally(
        topic,
        cases.map((item, index) => problemOf(check, item, index)),
      ),
  })
})

const parse = Schema.decodeUnknownEither(Schema.parseJson())
const isTopicFile = Schema.is(Schema.Struct({ cases: Schema.Array(Schema.Unknown) }))
const decodeCase = Schema.decodeUnknownEither(Case)

const problemOf = (check: Check, item: unknown, index: number): string | undefined => {
  const decoded = decodeCase(item)
  if (Either.isLeft(decoded)) return `case ${index}: it has no note, input and expected`
  const problem = attempt(() => check(decoded.right))
  return problem === undefined ? undefined : `case ${index} (${decoded.right.note}): ${problem}`
}

/** A throw inside the product is a failure of the case, not of the run. */
const attempt = (check: () => string | undefined) => {
  const outcome = Either.try(check)
  return Either.isRight(outcome) ? outcome.right : `it threw ${String(outcome.left)}`
}

const tally = (topic: string, outcomes: ReadonlyArray<string | undefined>): TopicResult => {
  const problems = outcomes.filter((outcome) => outcome !== undefined)
  return { topic, passed: outcomes.length - problems.length, failed: problems.length, problems }
}

const failure = (topic: string, failed: number, problem: string): TopicResult => ({
  topic,
  passed: 0,
  failed,
  problems: [problem],
})
