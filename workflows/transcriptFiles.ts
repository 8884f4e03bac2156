/**
 * The transcripts under a report as a folder of scripts beside the page, which loads them as it needs them: a page opened
 * from disk can't fetch. `index.js` has what the browser filters by, `talks-0000.js` and so on the conversations.
 * Transcripts are read as streams: what is held is the index and one shard.
 */
import { Chunk, Effect, Option, Stream } from "effect"
import { createHash } from "node:crypto"
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { AnyReportData } from "../layers/evaluation/report/pageOf.ts"
import type { RunFacts } from "../layers/evaluation/report/RunFacts.ts"
import { talkGroups } from "../layers/evaluation/report/transcripts/TalkGroup.ts"
import type { TalkGroup } from "../layers/evaluation/report/transcripts/TalkGroup.ts"
import { isTalkLine, talkIndex } from "../layers/evaluation/report/transcripts/TalkIndex.ts"
import type { GroupNote } from "../layers/evaluation/report/transcripts/TalkIndex.ts"
import { reviewOf, talkLines } from "../layers/evaluation/report/transcripts/talkLines.ts"
import type { Reviews } from "../layers/evaluation/report/transcripts/talkLines.ts"
import { ReportNotWritten } from "./ReportNotWritten.ts"
import { artifactLines, transcriptLines, TranscriptsUnread } from "./transcriptLines.ts"

/** A folder of transcripts as its page knows it: a page doesn't show those of another report. */
export interface TranscriptsNote {
  readonly stamp: string
  readonly count: number
}

/** Replaces `folder`. Transcripts that can't be read are told of in the index; they fail nothing. */
export const writeTranscripts = Effect.fn("writeTranscripts")(function* (
  data: AnyReportData,
  facts: RunFacts,
  folder: string,
) {
  const groups = talkGroups(data)
  const stamp = stampOf(data)
  const index = talkIndex(stamp)
  const writing = `${folder}.${process.pid}.tmp`
  const shards = shardWriter(writing, index.startShard)
  const attempt = <A>(run: () => A) =>
    Effect.try({
      try: run,
      catch: (error) =>
        ReportNotWritten.make({ folder, detail: error instanceof Error ? error.message : String(error) }),
    })
  const copy = (group: number, linesOf: (text: string) => ReadonlyArray<string>) => {
    let line = 0
    /** Undefined when all went well. */
    const copied = (texts: ReadonlyArray<string>) => {
      for (const text of texts) {
        line += 1
        for (const slim of linesOf(text)) {
          const talk = Option.filter(parse(slim), isTalkLine)
          if (Option.isNone(talk)) return `line ${line} is no conversation`
          shards.add(slim)
          index.add(group, line, talk.value)
        }
      }
      return undefined
    }
    return (chunk: Chunk.Chunk<string>) =>
      Effect.flatMap(
        attempt(() => copied(Chunk.toReadonlyArray(chunk))),
        (detail) => (detail === undefined ? Effect.void : TranscriptsUnread.make({ detail })),
      )
  }
  return yield* Effect.gen(function* () {
    yield* attempt(() => {
      rmSync(writing, { recursive: true, force: true })
      mkdirSync(writing, { recursive: true })
    })
    const notes = yield* Effect.forEach(groups, (group, place) =>
      Effect.flatMap(reviewsOf(group), (reviews) =>
        Stream.runForEachChunk(transcriptLines(group), copy(place, talkLines(group, reviews))),
      ).pipe(
        Effect.as(null),
        Effect.catchTag("TranscriptsUnread", ({ detail }) => Effect.succeed(detail)),
        Effect.map((problem): GroupNote => ({ ...group, step: facts.steps[group.label] ?? null, problem })),
      ),
    )
    return yield* attempt((): TranscriptsNote => {
      shards.end()
      const made = index.finish(notes)
      writeFileSync(join(writing, "index.js"), `understudyTranscripts.index(${JSON.stringify(made)})\n`)
      rmSync(folder, { recursive: true, force: true })
      renameSync(writing, folder)
      return { stamp, count: made.count }
    })
  }).pipe(Effect.onError(() => Effect.sync(() => rmSync(writing, { recursive: true, force: true }))))
})

/** By the artifacts: the same transcripts have the same stamp. */
export const stampOf = (data: AnyReportData): string =>
  createHash("sha256")
    .update(JSON.stringify(talkGroups(data)))
    .digest("hex")
    .slice(0, 16)

/** What a judge says of a group's conversations; empty where nobody judged them. */
const reviewsOf = ({ reviews }: TalkGroup) =>
  reviews === undefined
    ? Effect.succeed<Reviews>(new Map())
    : Stream.runCollect(Stream.filterMap(artifactLines(reviews), reviewOf)).pipe(
        Effect.map((found): Reviews => new Map(found)),
      )

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** Characters of a shard, about: small enough to load in no time, large enough that there are not too many. */
const shardSize = 1 << 19

const shardWriter = (folder: string, onStart: () => void) => {
  let [number, size] = [0, 0]
  let held: Array<string> = []
  const end = () => {
    if (held.length === 0) return
    const name = `talks-${String(number).padStart(4, "0")}.js`
    writeFileSync(join(folder, name), `understudyTranscripts.talks(${number}, [\n${held.join(",\n")}\n])\n`)
    number += 1
    size = 0
    held = []
  }
  return {
    add: (line: string) => {
      if (held.length === 0) onStart()
      held.push(line)
      size += line.length
      if (size >= shardSize) end()
    },
    end,
  }
}
