/** What people are told of a split: the rules that made it, and what they found. */
import type { Assignment } from "./assignment.ts"
import type { PresetName } from "./presets.ts"

export interface Noted {
  readonly languages: ReadonlyArray<string>
  readonly ngram: { readonly size: number; readonly limit: number }
  /** Ids given to be held out; undefined where none were. */
  readonly heldOutIds: number | undefined
  /** Runs of words in evaluation tasks; undefined where none were given. */
  readonly taskRuns: number | undefined
}

export const droppedReasons = ({ dropped }: Assignment, { languages, ngram }: Noted) =>
  [
    { reason: "its conversation is in the corpus before", count: dropped.repeated },
    { reason: `its language is not ${languages.join(" or ")}`, count: dropped.language },
    {
      reason: `its first turn has ${ngram.size} words in a row that are found more than ${ngram.limit} times`,
      count: dropped.ngram,
    },
    { reason: "it shares 13 words in a row with an evaluation task", count: dropped.overlap },
  ].filter(({ count }) => count > 0)

export const splitNotes = (preset: PresetName, assigned: Assignment, { heldOutIds, taskRuns }: Noted) => {
  const { found, parts } = assigned
  return [
    rules[preset],
    heldOutIds === undefined
      ? "Evaluation sessions: no ids were given, so none were held out."
      : `Evaluation sessions: ${found.sessions} of ${heldOutIds} ids are in the corpus; ${rowsOf(found.heldOutRows)} went to test for them.`,
    ...(taskRuns === undefined
      ? []
      : [`Evaluation tasks: ${taskRuns} runs of 13 words; ${rowsOf(found.overlapsInTest)} in test share one.`]),
    ...(found.unlabelled === 0
      ? []
      : [`${rowsOf(found.unlabelled)} without a language label ${preset === "default" ? "passed" : "were dropped"}.`]),
    ...(found.drawnUnusable === 0
      ? []
      : [
          `${rowsOf(found.drawnUnusable)} that can't be used took part in the draw, as in the source, and are in no part.`,
        ]),
    ...(parts.validation.rows.length === 0
      ? ["Validation is empty: there are too few users for the preset's 5%."]
      : []),
  ]
}

const rowsOf = (count: number) => `${count} ${count === 1 ? "row" : "rows"}`

const rules: Readonly<Record<PresetName, string>> = {
  default:
    "Rules: repeated conversations are dropped (as rel); languages compare without case (as rel); a conversation counts once for its own repetitions of a 7-gram (ours); a user is an address in whatever country (as rel), drawn over the whole corpus (as rel); all rows of users of evaluation sessions go to test (as rel), which is on whenever ids are given (as lab); simulators and assistants get different users (ours).",
  lab: "Rules of the paper's repository: repeated conversations are kept; a user is an address in a country, drawn by country with seed 42 (89/5/6); simulators and assistants are trained on one part.",
  rel: "Rules of the later release: repeated conversations are dropped; a user is an address, sorted and drawn with seed 42 (89/5/6); all rows of users of evaluation sessions go to test; simulators and assistants are trained on one part.",
}
