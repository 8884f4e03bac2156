/**
 * Transcripts for reading: the rollouts of an artifact, or the logged conversations, turn by turn; answers to tasks, and
 * what judges said of them.
 */
import { Effect, Option, Schema } from "effect"
import { decimal } from "../layers/evaluation/report/numbers.ts"
import type { ArtifactRef } from "../src/domain/Artifact.ts"
import { Conversation } from "../src/domain/Conversation.ts"
import type { Message } from "../src/domain/Conversation.ts"
import { Rollout } from "../src/domain/Rollout.ts"
import { WildBenchAnswer, WildBenchPair, WildBenchScore, WildBenchVerdict } from "../src/domain/WildBench.ts"
import { ArtifactStore } from "../src/index.ts"
import { renderJudged } from "./judgedRows.ts"
import type { JudgedRow } from "./judgedRows.ts"

export class NoTranscripts extends Schema.TaggedError<NoTranscripts>()("NoTranscripts", { id: Schema.String }) {
  readonly exitCode = 64
  override get message() {
    return `${this.id} holds no transcripts. Those of evaluations, training, corpora and answers to tasks do; \`understudy show\` without --transcript tells what this is.`
  }
}

export type Transcripts =
  | { readonly kind: "rollouts"; readonly records: ReadonlyArray<Rollout> }
  | { readonly kind: "conversations"; readonly records: ReadonlyArray<Conversation> }
  | { readonly kind: "judged"; readonly records: ReadonlyArray<JudgedRow> }

/** Fails with `NoTranscripts` where the artifact is something else. */
export const readTranscripts = Effect.fn("readTranscripts")(function* (ref: ArtifactRef) {
  const store = yield* ArtifactStore
  const lines = Buffer.from(yield* store.get(ref))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
  const rollouts = decodeRollouts(lines)
  if (Option.isSome(rollouts)) return { kind: "rollouts", records: rollouts.value } satisfies Transcripts
  const conversations = decodeConversations(lines)
  if (Option.isSome(conversations)) return { kind: "conversations", records: conversations.value } satisfies Transcripts
  const judged = decodeJudged(lines)
  if (Option.isNone(judged)) return yield* NoTranscripts.make({ id: ref.sha256 })
  return { kind: "judged", records: judged.value } satisfies Transcripts
})

const decodeRollouts = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Rollout)))
const decodeConversations = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Conversation)))
const Judged = Schema.Union(WildBenchVerdict, WildBenchAnswer, WildBenchScore, WildBenchPair)
const decodeJudged = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Judged)))

export const renderTranscripts = (transcripts: Transcripts): string => rendered(transcripts).join("\n\n")

const rendered = (transcripts: Transcripts): ReadonlyArray<string> => {
  switch (transcripts.kind) {
    case "rollouts":
      return transcripts.records.map(rollout)
    case "conversations":
      return transcripts.records.map(conversation)
    case "judged":
      return transcripts.records.map((row) => clean(renderJudged(row)))
  }
}

const rollout = ({ prompt, sample, ending, verdict, failure, messages }: Rollout): string => {
  const reward = verdict === null ? "no verdict" : `reward ${decimal(verdict.reward)}`
  const failed = failure === null ? "" : `, failed by the ${failure.by}: ${failure.reason}`
  const checks = (verdict?.checks ?? [])
    .filter(({ passed }) => !passed)
    .map(({ check, reason }) => `  not ${check}: ${reason}`)
  return clean(
    [`== ${prompt}, sample ${sample}: ${ending}, ${reward}${failed}`, ...messages.map(turn), ...checks].join("\n"),
  )
}

const conversation = ({ id, user, messages, intent }: Conversation): string =>
  clean([`== ${id}, by ${user}${intent === undefined ? "" : `: ${intent}`}`, ...messages.map(turn)].join("\n"))

const turn = ({ role, content }: Message) => `  ${role.padEnd(9)}  ${content.replaceAll("\n", `\n${" ".repeat(13)}`)}`

/** What models and users wrote must not move the cursor. */
const clean = (text: string) => text.replaceAll(/[^\n\P{Cc}]/gu, "")
