/**
 * What the transcript browser filters by, column by column, so that a hundred thousand conversations are a few
 * megabytes. Texts that repeat are in tables, and columns hold their places. The conversations are in shards.
 */
import { Schema } from "effect"
import { RolloutFailure } from "../../../../src/domain/Rollout.ts"
import type { TalkGroup } from "./TalkGroup.ts"

/** What is read of a rollout or an answered task here; the browser reads the rest. */
export const TalkLine = Schema.Struct({
  prompt: Schema.String,
  sample: Schema.Int,
  persona: Schema.NullOr(Schema.String),
  messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String })),
  /** Of rollouts an `Ending`, of tasks a `TaskEnding`. */
  ending: Schema.String,
  verdict: Schema.NullOr(Schema.Struct({ reward: Schema.Number })),
  failure: Schema.NullOr(RolloutFailure),
  tags: Schema.optional(Schema.Array(Schema.String)),
})
export type TalkLine = typeof TalkLine.Type
export const isTalkLine = Schema.is(TalkLine)

export interface GroupNote extends TalkGroup {
  /** Id of the step, where it is known. */
  readonly step: string | null
  /** Why its transcripts, or some of them, are not here; null where all are. */
  readonly problem: string | null
}

export interface TalkIndex {
  readonly format: 1
  /** Of the report that the transcripts belong to. */
  readonly stamp: string
  readonly count: number
  readonly groups: ReadonlyArray<GroupNote>
  /** The first conversation of each shard. */
  readonly starts: ReadonlyArray<number>
  readonly endings: ReadonlyArray<string>
  readonly personas: ReadonlyArray<string>
  readonly prompts: ReadonlyArray<string>
  /** Beginnings of first turns. */
  readonly openings: ReadonlyArray<string>
  readonly failures: ReadonlyArray<string>
  /** Of tasks: the primary tag, then the categories. */
  readonly tags: ReadonlyArray<ReadonlyArray<string>>
  /** A value for each conversation, -1 where there is none; `line` counts from 1. */
  readonly columns: {
    readonly group: ReadonlyArray<number>
    readonly line: ReadonlyArray<number>
    readonly ending: ReadonlyArray<number>
    readonly persona: ReadonlyArray<number>
    readonly prompt: ReadonlyArray<number>
    readonly opening: ReadonlyArray<number>
    readonly sample: ReadonlyArray<number>
    readonly turns: ReadonlyArray<number>
    readonly failure: ReadonlyArray<number>
    /** To four digits; null without a verdict. */
    readonly reward: ReadonlyArray<number | null>
    /** Absent where no conversation is a task. */
    readonly tags?: ReadonlyArray<number>
  }
}

export const talkIndex = (stamp: string) => {
  const tables = {
    ending: table(),
    persona: table(),
    prompt: table(),
    opening: table(),
    failure: table(),
    tags: table(),
  }
  const columns = {
    group: new Array<number>(),
    line: new Array<number>(),
    ending: new Array<number>(),
    persona: new Array<number>(),
    prompt: new Array<number>(),
    opening: new Array<number>(),
    sample: new Array<number>(),
    turns: new Array<number>(),
    failure: new Array<number>(),
    reward: new Array<number | null>(),
    tags: new Array<number>(),
  }
  const starts: Array<number> = []
  return {
    add: (group: number, line: number, talk: TalkLine) => {
      columns.group.push(group)
      columns.line.push(line)
      columns.ending.push(tables.ending.place(talk.ending))
      columns.persona.push(talk.persona === null ? -1 : tables.persona.place(talk.persona))
      columns.prompt.push(tables.prompt.place(talk.prompt))
      columns.opening.push(tables.opening.place(beginning(talk.messages[0]?.content ?? "")))
      columns.sample.push(talk.sample)
      columns.turns.push(talk.messages.length)
      columns.failure.push(
        talk.failure === null ? -1 : tables.failure.place(`${talk.failure.by}: ${talk.failure.reason}`),
      )
      columns.tags.push(talk.tags === undefined ? -1 : tables.tags.place(JSON.stringify(talk.tags)))
      columns.reward.push(talk.verdict === null ? null : Math.round(talk.verdict.reward * 1e4) / 1e4)
    },
    /** The next conversation is the first of a shard. */
    startShard: () => starts.push(columns.group.length),
    finish: (groups: ReadonlyArray<GroupNote>): TalkIndex => {
      const { tags, ...others } = columns
      return {
        format: 1,
        stamp,
        count: columns.group.length,
        groups,
        starts,
        endings: tables.ending.values,
        personas: tables.persona.values,
        prompts: tables.prompt.values,
        openings: tables.opening.values,
        failures: tables.failure.values,
        tags: tables.tags.values.map((text): ReadonlyArray<string> => JSON.parse(text)),
        columns: tables.tags.values.length === 0 ? others : { ...others, tags },
      }
    },
  }
}

/** Each text once, by its place. */
const table = () => {
  const places = new Map<string, number>()
  const values: Array<string> = []
  return {
    values,
    place: (text: string) => {
      const known = places.get(text)
      if (known !== undefined) return known
      places.set(text, values.length)
      values.push(text)
      return values.length - 1
    },
  }
}

const shown = 90

const beginning = (text: string) =>
  text
    .slice(0, 4 * shown)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, shown)
