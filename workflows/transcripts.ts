/**
 * Transcripts for reading, record by record: rollouts, logged conversations, what fidelity steps keep, answers to tasks,
 * and what judges said.
 */
import { Effect, Option, Schema } from "effect"
import { ProbedTurn } from "../layers/evaluation/fidelity/adherence.ts"
import { ReviewedConversation } from "../layers/evaluation/fidelity/reviewUser.ts"
import { ReplayRow } from "../layers/evaluation/fidelity/rows.ts"
import { decimal } from "../layers/evaluation/report/numbers.ts"
import { probeTalk, replayTalk } from "../layers/evaluation/report/transcripts/fidelityTalks.ts"
import type { Voiced } from "../layers/evaluation/report/transcripts/ReadTalk.ts"
import type { ArtifactRef } from "../src/domain/Artifact.ts"
import { Conversation } from "../src/domain/Conversation.ts"
import { Rollout } from "../src/domain/Rollout.ts"
import { WildBenchAnswer, WildBenchPair, WildBenchScore, WildBenchVerdict } from "../src/domain/WildBench.ts"
import { ArtifactStore } from "../src/index.ts"
import { renderJudged } from "./judgedRows.ts"

export class NoTranscripts extends Schema.TaggedError<NoTranscripts>()("NoTranscripts", { id: Schema.String }) {
  readonly exitCode = 64
  override get message() {
    return `${this.id} holds no transcripts. Those of evaluations, training, corpora, fidelity and judges do; \`understudy show\` without --transcript tells what this is.`
  }
}

/** Artifacts of a step's output that are read so, by their paths in it. */
export const isOfTranscripts = (path: string) =>
  /(^|\.)(transcripts|conversations|rows(\.\w+)?|answers|verdicts|scores|pairs)$/.test(path)

export type Transcripts = Effect.Effect.Success<ReturnType<typeof readTranscripts>>

/** Fails with `NoTranscripts` where the artifact is something else than JSON lines. */
export const readTranscripts = Effect.fn("readTranscripts")(function* (ref: ArtifactRef) {
  const store = yield* ArtifactStore
  const lines = Buffer.from(yield* store.get(ref))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
  for (const read of readers) {
    const found = read(lines)
    if (Option.isSome(found)) return found.value
  }
  return yield* NoTranscripts.make({ id: ref.sha256 })
})

/** Records of a kind that a whole artifact holds, with how each is told. */
const reader = <A, I>(kind: string, record: Schema.Schema<A, I>, told: (record: A) => string) => {
  const decode = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(record)))
  return (lines: ReadonlyArray<string>) =>
    Option.map(decode(lines), (records) => ({
      kind,
      records: records as ReadonlyArray<unknown>,
      text: records.map((one) => clean(told(one))).join("\n\n"),
    }))
}

const rollout = ({ prompt, sample, ending, verdict, failure, messages }: Rollout): string => {
  const reward = verdict === null ? "no verdict" : `reward ${decimal(verdict.reward)}`
  const failed = failure === null ? "" : `, failed by the ${failure.by}: ${failure.reason}`
  const checks = (verdict?.checks ?? [])
    .filter(({ passed }) => !passed)
    .map(({ check, reason }) => `  not ${check}: ${reason}`)
  return [`== ${prompt}, sample ${sample}: ${ending}, ${reward}${failed}`, ...turns(messages), ...checks].join("\n")
}

const conversation = ({ id, user, messages, intent }: Conversation): string =>
  [`== ${id}, by ${user}${intent === undefined ? "" : `: ${intent}`}`, ...turns(messages)].join("\n")

const replay = (row: ReplayRow): string => {
  const { prompt, persona, ending, messages } = replayTalk(row)
  return [`== ${prompt}, in its user's place as ${persona}: ${ending}`, ...turns(messages)].join("\n")
}

const probe = (row: ProbedTurn): string => {
  const { prompt, persona, ending, closing, failure, messages } = probeTalk(row)
  const failed = failure === null ? "" : `, failed by the ${failure.by}: ${failure.reason}`
  const left = closing === null ? [] : [`  left with: ${closing}`]
  return [`== ${prompt}, ${row.probe} probe as ${persona}: ${ending}${failed}`, ...turns(messages), ...left].join("\n")
}

const review = ({ prompt, sample, errors, missing }: ReviewedConversation): string =>
  [
    `== ${prompt}, sample ${sample}: ${errors === null ? `no review, ${missing}` : `errors: ${errors.length}`}`,
    ...(errors ?? []).map(({ turn, tag, severity, reason }) => `  user turn ${turn}  ${tag}, ${severity}: ${reason}`),
  ].join("\n")

const turns = (messages: ReadonlyArray<Voiced>) => {
  const width = Math.max(9, ...messages.map(({ role }) => role.length))
  return messages.map(
    ({ role, content }) => `  ${role.padEnd(width)}  ${content.replaceAll("\n", `\n${" ".repeat(width + 4)}`)}`,
  )
}

/** What models and users wrote must not move the cursor. */
const clean = (text: string) => text.replaceAll(/[^\n\P{Cc}]/gu, "")

/** The first that fits; records of no other kind are told as JSON. */
const readers = [
  reader("rollouts", Rollout, rollout),
  reader("conversations", Conversation, conversation),
  reader("replays", ReplayRow, replay),
  reader("probes", ProbedTurn, probe),
  reader("reviews", ReviewedConversation, review),
  reader("judged", Schema.Union(WildBenchVerdict, WildBenchAnswer, WildBenchScore, WildBenchPair), renderJudged),
  reader("records", Schema.Record({ key: Schema.String, value: Schema.Unknown }), (record) =>
    JSON.stringify(record, null, 2),
  ),
]
