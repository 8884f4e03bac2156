/** The rules by which a corpus is made ready, by name. `docs/preparing-logs.md` says how and why they differ. */
import type { NgramRule } from "./FrequentNgrams.ts"

export type PresetName = "default" | "lab" | "rel"

export const presetNames = ["default", "lab", "rel"] as const satisfies ReadonlyArray<PresetName>

export interface Rules {
  readonly preset: PresetName
  /** Of a conversation that is in the corpus twice: all but the first are dropped. */
  readonly dropRepeats: boolean
  /** Rows that can't be used take part in counting and drawing, as in the source, before they are left out. */
  readonly drawUnusable: boolean
  readonly language: {
    readonly of: ReadonlyArray<string>
    readonly caseSensitive: boolean
    /** Rows without a label are kept. */
    readonly unlabelled: boolean
  }
  readonly ngram: NgramRule
  /** Whether one address in two countries is two users. */
  readonly userByCountry: boolean
  /** What of a held-out evaluation session goes to test: its row, or all rows of its user. */
  readonly holdOut: "row" | "user"
  readonly draw: Draw
}

/** How users come to parts. */
export type Draw =
  /** The paper's repository: by country, each shuffled with seed 42. */
  | { readonly kind: "by-country" }
  /** Its later release: sorted, shuffled once with seed 42. */
  | { readonly kind: "sorted" }
  /** Ours: four parts of these shares of the conversations. */
  | { readonly kind: "shares"; readonly shares: Shares; readonly seed: number }

export interface Shares {
  readonly simulator: number
  readonly assistant: number
  readonly validation: number
  readonly test: number
}

export interface Options {
  readonly languages: ReadonlyArray<string>
  readonly ngram: { readonly size: number; readonly limit: number }
  readonly shares: Shares
  readonly seed: number
}

export const rulesOf = (preset: PresetName, { languages, ngram, shares, seed }: Options): Rules => {
  switch (preset) {
    case "lab":
      return {
        preset,
        dropRepeats: false,
        drawUnusable: true,
        language: { of: languages, caseSensitive: true, unlabelled: false },
        ngram: { ...ngram, by: "occurrences" },
        userByCountry: true,
        holdOut: "row",
        draw: { kind: "by-country" },
      }
    case "rel":
      return {
        preset,
        dropRepeats: true,
        drawUnusable: true,
        language: { of: languages, caseSensitive: false, unlabelled: false },
        ngram: { ...ngram, by: "occurrences" },
        userByCountry: false,
        holdOut: "user",
        draw: { kind: "sorted" },
      }
    case "default":
      return {
        preset,
        dropRepeats: true,
        drawUnusable: false,
        language: { of: languages, caseSensitive: false, unlabelled: true },
        ngram: { ...ngram, by: "texts" },
        userByCountry: false,
        holdOut: "user",
        draw: { kind: "shares", shares, seed },
      }
  }
}
