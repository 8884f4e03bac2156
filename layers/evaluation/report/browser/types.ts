/** What the scripts of a report's page share with those who write it. */
import type { TalkIndex as Index } from "../transcripts/TalkIndex.ts"
import type { TaskTalk } from "../transcripts/TaskTalk.ts"
import type { ReadTalk } from "../transcripts/ReadTalk.ts"
import type { SimulatorError } from "../../../../src/domain/SimulatorReview.ts"
import type { Rollout } from "../../../../src/domain/Rollout.ts"
import type { PageFacts as Facts, PageSource as Source } from "../PageFacts.ts"

export type PageFacts = Facts
export type PageSource = Source
export type TalkIndex = Index

type Turn = Omit<Rollout["turns"][number], "tokens" | "logprobs"> & { readonly tokens?: number }

type Lined<T> = Omit<T, "turns"> & { readonly turns: ReadonlyArray<Turn> }

/** A line of a shard. `review` is there where a judge was asked what the user did wrong. */
export type Talk =
  | (Lined<ReadTalk> & {
      readonly judgments?: undefined
      readonly review?: { readonly errors: ReadonlyArray<SimulatorError> | null; readonly missing: string | null }
    })
  | (TaskTalk & { readonly judges?: undefined; readonly review?: undefined })
export type Judgment = TaskTalk["judgments"][number]

declare global {
  interface Window {
    understudyTranscripts: {
      index: (index: Index) => void
      talks: (shard: number, talks: ReadonlyArray<Talk>) => void
    }
  }
}
