/** What a page's scripts are given with it, as JSON. */
import type { Provenance } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Source, TalkFilter } from "./Section.ts"

export interface PageFacts {
  readonly experiment: string
  /** Of this package. */
  readonly version: string
  /** Null where none were written with the page; `count` is null where they are written when they are asked for. */
  readonly transcripts: { readonly stamp: string; readonly count: number | null } | null
  /** Set where `understudy view` serves the page: what is shown is of this version, and how the run goes. */
  readonly live: { readonly version: string; readonly words: string } | null
  /** Elements name them by their place. */
  readonly sources: ReadonlyArray<PageSource>
}

export interface PageSource {
  readonly steps: ReadonlyArray<{
    readonly label: string
    readonly id: string | null
    /** SHA-256 of artifacts. */
    readonly transcripts: ReadonlyArray<string>
  }>
  readonly talks?: TalkFilter
  readonly otherTalks?: ReadonlyArray<TalkFilter>
  readonly command?: string
}

/** Sources by their places, each once. */
export const sourceList = (provenance: ReadonlyArray<Provenance>, { steps }: Pick<RunFacts, "steps">) => {
  const places = new Map<string, number>()
  const sources: Array<PageSource> = []
  const resolve = ({ steps: labels, talks, otherTalks, command }: Source): PageSource => ({
    steps: labels.map((label) => ({
      label,
      id: steps[label] ?? null,
      transcripts: provenance.find((row) => row.label === label)?.transcripts ?? [],
    })),
    ...(talks === undefined ? {} : { talks }),
    ...(otherTalks === undefined ? {} : { otherTalks }),
    ...(command === undefined ? {} : { command }),
  })
  return {
    sources,
    placeOf: (source: Source): number => {
      const key = JSON.stringify(source)
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, sources.length)
      sources.push(resolve(source))
      return sources.length - 1
    },
  }
}
export type SourceList = ReturnType<typeof sourceList>
