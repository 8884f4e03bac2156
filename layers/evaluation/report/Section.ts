/** A report as content without a look: what Markdown and HTML both render, so that they never say different things. */
import type { TopLevelSpec } from "vega-lite"
import type { Message } from "../../../src/domain/Conversation.ts"
import type { Gain, Sample } from "./ReportData.ts"

/** Where numbers come from. */
export interface Source {
  /** Steps, as `stepLabels` names them. */
  readonly steps: ReadonlyArray<string>
  /** The conversations under them. */
  readonly talks?: TalkFilter
  /** Further lists of such: of the other side of a comparison, of other seeds. */
  readonly otherTalks?: ReadonlyArray<TalkFilter>
  /** What shows them, where they are the journal's or the ledger's. */
  readonly command?: string
}

/** What the browser of transcripts filters by: labels of the report. */
export interface TalkFilter {
  readonly kind?:
    "evaluation" | "training" | "simulation" | "task" | "opening" | "replay" | "role probe" | "intent probe" | "review"
  readonly assistant?: string
  readonly simulator?: string
  readonly persona?: string
  /** From 1. */
  readonly iteration?: number
  readonly ending?: string
  /** As the browser words it: "infrastructure: TimeOut". */
  readonly failure?: string
  readonly verdict?: "given" | "missing"
  /** Of tasks: WildBench's category, the primary tag. */
  readonly category?: string
  readonly tag?: string
}

export interface Column {
  readonly name: string
  readonly numeric?: boolean
  /** Narrows the conversations of a row to those that this column counts. */
  readonly talks?: TalkFilter
}

export interface Table {
  readonly kind: "table"
  readonly caption: string
  readonly columns: ReadonlyArray<Column>
  /** The first value of a row names it. */
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** Of each row; where there is none its numbers are known to come from the report's own step. */
  readonly sources?: ReadonlyArray<Source | undefined>
  /** Of single values, row by row and column by column, where they differ from their row's. */
  readonly cellSources?: ReadonlyArray<ReadonlyArray<Source | undefined>>
  /** Long and seldom read: closed at first. */
  readonly folded?: boolean
}

export type Block =
  /** A `caveat` is set off from the rest. */
  | { readonly kind: "text"; readonly text: string; readonly caveat?: boolean }
  | { readonly kind: "list"; readonly items: ReadonlyArray<string> }
  | Table
  /** `table` says the same where cells can't be drawn. */
  | {
      readonly kind: "matrix"
      readonly rows: ReadonlyArray<MatrixLine>
      readonly columns: ReadonlyArray<MatrixColumn>
      readonly table: Table
    }
  | { readonly kind: "findings"; readonly findings: ReadonlyArray<Finding> }
  | { readonly kind: "samples"; readonly samples: ReadonlyArray<NamedSample> }
  | { readonly kind: "talks"; readonly groups: ReadonlyArray<Talks> }
  /** Drawn where pictures can be; `alt` says what it shows. The numbers are in a table beside it. */
  | { readonly kind: "chart"; readonly spec: TopLevelSpec; readonly alt: string }

/** A report's content, whatever it is about. */
export interface Page {
  readonly title: string
  readonly subtitle: string
  readonly sections: ReadonlyArray<Section>
}

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: ReadonlyArray<Block>
}

/** A sample with the name of the cell that it is from. */
export interface NamedSample extends Sample {
  readonly cell: string
}

/** Conversations that belong together, one of each at least shown. */
export interface Talks {
  readonly name: string
  readonly talks: ReadonlyArray<{ readonly about: string; readonly messages: ReadonlyArray<Message> }>
}

/** What became of one trained assistant. */
export interface Finding {
  readonly title: string
  readonly verdict: string
  readonly tone: "up" | "down" | "unclear"
  readonly gain: string
  readonly interval: string
  /** Where `gain` was measured. */
  readonly where: string
  readonly source: Source
  readonly others: ReadonlyArray<{ readonly where: string; readonly gain: Gain; readonly source: Source }>
}

export interface MatrixColumn {
  readonly simulator: string
  readonly persona: string
  readonly heldOut: boolean
}

export interface MatrixLine {
  readonly name: string
  readonly cells: ReadonlyArray<MatrixCell | undefined>
}

export interface MatrixCell {
  /** In [0, 1]; null where nothing is known. */
  readonly value: number | null
  readonly mean: string
  readonly interval: string
  readonly gain: string
  readonly count: string
  /** The assistant was trained with this simulator. */
  readonly own: boolean
  readonly source: Source
  /** Of the gain: this cell's conversations and those of the initial model. */
  readonly gainSource: Source | undefined
}
