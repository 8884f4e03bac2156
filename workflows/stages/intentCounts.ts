/** What became of the conversations that a model was asked to write intents for: counts, and lines for people. */
import type { DrawnIntent } from "../../layers/generation/intents/drawIntent.ts"
import { intentPromptHash } from "../../layers/generation/intents/IntentPrompt.ts"
import type { IntentRecipe } from "../../layers/generation/intents/IntentRecipe.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"

type Tally = Readonly<Record<string, number>>

export interface IntentCounts {
  /** Conversations. */
  readonly asked: number
  /** Conversations without an intent, by their last refusal. */
  readonly failed: Tally
  /** Draws that were no intent, by reason; those that a later draw made good included. */
  readonly refused: Tally
  /** Conversations by how much of them the model was shown. */
  readonly shown: Tally
  /** The first few conversations without an intent, with their calls. */
  readonly examples: ReadonlyArray<string>
}

export const noDraws: IntentCounts = { asked: 0, failed: {}, refused: {}, shown: {}, examples: [] }

export const addDrawn = (counts: IntentCounts, { id, intent, refusals, shown, calls }: DrawnIntent): IntentCounts => {
  const reason = refusals.at(-1)
  const isFailed = intent === null && reason !== undefined
  const keys = calls.map((key) => key.slice(0, 12)).join(" ")
  const example = `${id} (${reason}${keys === "" ? "" : `; calls ${keys}`})`
  return {
    asked: counts.asked + 1,
    failed: isFailed ? one(counts.failed, reason) : counts.failed,
    refused: refusals.reduce(one, counts.refused),
    shown: one(counts.shown, shown),
    examples: isFailed && counts.examples.length < mostExamples ? [...counts.examples, example] : counts.examples,
  }
}

/** Conversations without an intent. */
export const failedOf = ({ failed }: IntentCounts): number => Object.values(failed).reduce((sum, n) => sum + n, 0)

/** Conversations without an intent by reason, most frequent first. */
export const reasonsOf = ({
  failed,
}: IntentCounts): ReadonlyArray<{ readonly reason: string; readonly count: number }> =>
  sorted(failed).map(([reason, count]) => ({ reason, count }))

export const intentNotes = (
  counts: IntentCounts,
  { given, model, recipe }: { readonly given: number; readonly model: ModelSpec; readonly recipe: IntentRecipe },
): ReadonlyArray<string> => {
  const failed = failedOf(counts)
  const { cut = 0, fitted = 0, overflowed = 0 } = counts.shown
  return [
    `Intents: ${given} were in the data, ${counts.asked - failed} were written by ${model.name}, ${failed} could not be had.`,
    ...(counts.asked === 0 ? [] : [`Intents: the prompt is ${intentPromptHash(recipe.prompt)}.`]),
    ...(cut + fitted + overflowed === 0
      ? []
      : [
          `Intents: the model was not shown all of ${cut + fitted + overflowed} conversations: long assistant turns cut (${cut}), fitted to the limit (${fitted}), fitted to its context (${overflowed}).`,
        ]),
    ...(Object.keys(counts.refused).length === 0
      ? []
      : [
          `Intents: draws that were none: ${sorted(counts.refused)
            .map(([reason, count]) => `${reason} (${count})`)
            .join(", ")}.`,
        ]),
    ...(counts.examples.length === 0 ? [] : [`Intents: without one, among others: ${counts.examples.join("; ")}.`]),
  ]
}

const mostExamples = 5

const one = (tally: Tally, reason: string): Tally => ({ ...tally, [reason]: (tally[reason] ?? 0) + 1 })

const sorted = (tally: Tally) => Object.entries(tally).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
