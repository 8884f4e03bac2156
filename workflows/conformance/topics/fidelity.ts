import { Schema } from "effect"
import { overSessions, sessionSurface, termination } from "../../../layers/evaluation/realism/replay.ts"
import type { ReplayedTurn, Surface } from "../../../layers/evaluation/realism/replay.ts"
import {
  caseCounts,
  charactersPerWord,
  divergence,
  punctuationCounts,
  shares,
  wordsOf,
} from "../../../layers/evaluation/realism/surface.ts"
import { difference, topic } from "../Topic.ts"

const Pair = Schema.Struct({ op: Schema.Literal("pair"), human: Schema.String, simulated: Schema.String })
const Said = Schema.Struct({
  role: Schema.String,
  gt: Schema.NullOr(Schema.String),
  userlm: Schema.optional(Schema.String),
  sysprompt: Schema.optional(Schema.String),
  userlm_terminal: Schema.optional(Schema.Boolean),
  sysprompt_terminal: Schema.optional(Schema.Boolean),
})
const Replays = Schema.Struct({
  op: Schema.Literal("sessions"),
  sessions: Schema.Array(Schema.Struct({ session_id: Schema.String, conversation: Schema.Array(Said) })),
})

/** Surface measures of simulated and real user turns, and when conversations end, within 1e-9. */
export const fidelityTopic = topic(Schema.Union(Pair, Replays), (input, expected) =>
  difference(input.op === "pair" ? pair(input) : replays(input), expected, 1e-9),
)

const pair = ({ human, simulated }: typeof Pair.Type) => ({
  words: [wordsOf(human).length, wordsOf(simulated).length],
  chars_per_word: [charactersPerWord(human), charactersPerWord(simulated)],
  punctuation_vector_human: shares(punctuationCounts(human)),
  case_vector: [shares(caseCounts(human)), shares(caseCounts(simulated))],
  punctuation_jsd: divergence(punctuationCounts, human, simulated),
  case_jsd: divergence(caseCounts, human, simulated),
})

const names = ["userlm", "sysprompt"] as const
type Name = (typeof names)[number]

const replays = ({ sessions }: typeof Replays.Type) => {
  const turns = (name: Name) => sessions.map(({ conversation }) => turnsOf(conversation, name))
  // The real user beside themselves: no distance, and every end in its place.
  const human = sessions.map(({ conversation }) =>
    turnsOf(conversation, "userlm").map((turn) => ({
      ...turn,
      simulated: turn.human ?? "",
      ended: turn.human === null,
    })),
  )
  const sources = [...names.map((name) => ({ name, turns: turns(name) })), { name: "gt", turns: human }].map(
    ({ name, turns }) => {
      const bySession = turns.map((session) => sessionSurface(session))
      return { name, bySession, all: overSessions(bySession), f1: termination(turns.flat()).f1 }
    },
  )
  const simulators = sources.filter(({ name }) => name !== "gt")
  const named = <A>(of: (source: (typeof sources)[number]) => A, from = sources) =>
    Object.fromEntries(from.map((source) => [source.name, of(source)]))
  return {
    per_session: Object.fromEntries(
      sessions.map(({ session_id }, at) => [
        session_id,
        Object.fromEntries(sources.flatMap(({ name, bySession }) => columns(name, bySession[at]))),
      ]),
    ),
    summary_raw: named(({ all, f1 }) => summary(all, "simulated", f1)),
    summary_distance: named(({ all, f1 }) => summary(all, "difference", f1), simulators),
    terminal_f1: named(({ f1 }) => f1),
  }
}

const turnsOf = (conversation: ReadonlyArray<typeof Said.Type>, name: Name): ReadonlyArray<ReplayedTurn> =>
  conversation
    .filter((said) => said.role === "user" && said.userlm !== undefined)
    .map((said) => ({ human: said.gt, simulated: said[name] ?? "", ended: said[`${name}_terminal`] ?? false }))

const columns = (name: string, found: Surface | undefined): ReadonlyArray<readonly [string, number | null]> =>
  found === undefined
    ? []
    : [
        [`utterance_length_${name}`, found.words.simulated],
        [`avg_word_length_${name}`, found.charactersPerWord.simulated],
        [`punctuation_jsd_${name}`, found.punctuation],
        [`capitalization_jsd_${name}`, found.letterCase],
        [`utterance_length_${name}_diff`, found.words.difference],
        [`avg_word_length_${name}_diff`, found.charactersPerWord.difference],
      ]

const summary = (found: Surface, side: "simulated" | "difference", f1: number | null) => ({
  avg_word_length: found.charactersPerWord[side],
  capitalization_jsd: found.letterCase,
  punctuation_jsd: found.punctuation,
  utterance_length: found.words[side],
  terminal_f1: f1,
})
