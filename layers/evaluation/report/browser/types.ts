/** What the scripts of a report's page share with those who write it. */
import type { TalkIndex as Index } from "../transcripts/TalkIndex.ts"
import type { TaskTalk } from "../transcripts/TaskTalk.ts"
import type { Rollout } from "../../../../src/domain/Rollout.ts"
import type { PageFacts as Facts, PageSource as Source } from "../PageFacts.ts"

export type PageFacts = Facts
export type PageSource = Source
export type TalkIndex = Index

type Turn = Omit<Rollout["turns"][number], "tokens" | "logprobs"> & { readonly tokens?: number }

/** A line of a shard. */
export type Talk =
  | (Omit<Rollout, "turns" | "calls"> & { readonly turns: ReadonlyArray<Turn>; readonly judgments?: undefined })
  | (TaskTalk & { readonly judges?: undefined })
export type Judgment = TaskTalk["judgments"][number]

declare global {
  interface Window {
    understudyTranscripts: {
      index: (index: Index) => void
      talks: (shard: number, talks: ReadonlyArray<Talk>) => void
    }
  }
}
