/**
 * Transcripts for reading: the rollouts of an artifact, or the logged conversations, turn by turn; real users' places as
 * a simulator took them, probes, and reviews; answers to tasks, and what judges said of them.
 */
import { Effect, Option, Schema } from "effect"
import { ProbedTurn } from "../layers/evaluation/fidelity/adherence.ts"
import { ReviewedConversation } from "../layers/evaluation/fidelity/reviewUser.ts"
import { ReplayRow } from "../layers/evaluation/fidelity/rows.ts"
import { decimal } from "../layers/evaluation/report/numbers.ts"
import { probeTalk, replayTalk } from "../layers/evaluation/report/transcripts/fidelityTalks.ts"
import type { ReadTalk, Voiced } from "../layers/evaluation/report/transcripts/ReadTalk.ts"
import type { ArtifactRef } from "../src/domain/Artifact.ts"
import { Conversation } from "../src/domain/Conversation.ts"
import { Rollout } from "../src/domain/Rollout.ts"
import { WildBenchAnswer, WildBenchPair, WildBenchScore, WildBenchVerdict } from "../src/domain/WildBench.ts"
import { ArtifactStore } from "../src/index.ts"
import { renderJudged } from "./judgedRows.ts"
import type { JudgedRow } from "./judgedRows.ts"

export class NoTranscripts extends Schema.TaggedError<NoTranscripts>()("NoTranscripts", { id: Schema.String }) {
  readonly exitCode = 64
  override get message() {
    return `${this.id} holds no transcripts. Those of evaluations, training, corpora, simulators in real users' places and answers to tasks do; \`understudy show\` without --transcript tells what this is.`
  }
}

export type Transcripts =
  | { readonly kind: "rollouts"; readonly records: ReadonlyArray<Rollout> }
  | { readonly kind: "conversations"; readonly records: ReadonlyArray<Conversation> }
  | { readonly kind: "places"; readonly records: ReadonlyArray<ReadTalk> }
  | { readonly kind: "reviews"; readonly records: ReadonlyArray<ReviewedConversation> }
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
  const places = decodePlaces(lines)
  if (Option.isSome(places))
    return {
      kind: "places",
      records: places.value.map((row) => ("places" in row ? replayTalk(row) : probeTalk(row))),
    } satisfies Transcripts
  const reviews = decodeReviews(lines)
  if (Option.isSome(reviews)) return { kind: "reviews", records: reviews.value } satisfies Transcripts
  const judged = decodeJudged(lines)
  if (Option.isNone(judged)) return yield* NoTranscripts.make({ id: ref.sha256 })
  return { kind: "judged", records: judged.value } satisfies Transcripts
})

const decodeRollouts = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Rollout)))
const decodeConversations = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Conversation)))
const decodePlaces = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Schema.Union(ReplayRow, ProbedTurn))))
const decodeReviews = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(ReviewedConversation)))
const Judged = Schema.Union(WildBenchVerdict, WildBenchAnswer, WildBenchScore, WildBenchPair)
const decodeJudged = Schema.decodeUnknownOption(Schema.Array(Schema.parseJson(Judged)))

export const renderTranscripts = (transcripts: Transcripts): string => rendered(transcripts).join("\n\n")

const rendered = (transcripts: Transcripts): ReadonlyArray<string> => {
  switch (transcripts.kind) {
    case "rollouts":
      return transcripts.records.map(rollout)
    case "conversations":
      return transcripts.records.map(conversation)
    case "places":
      return transcripts.records.map(place)
    case "reviews":
      return transcripts.records.map(review)
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

const place = ({ prompt, persona, ending, messages }: ReadTalk): string =>
  clean([`== ${prompt} as ${persona}: ${ending}`, ...messages.map(turn)].join("\n"))

const review = ({ prompt, sample, errors, missing }: ReviewedConversation): string =>
  clean(
    [
      `== ${prompt}, sample ${sample}: ${errors === null ? `not reviewed: ${missing ?? "unknown"}` : `${errors.length} errors of the user`}`,
      ...(errors ?? []).map(
        ({ turn: at, tag, severity, reason }) => `  user turn ${at}, ${tag}, ${severity}: ${reason}`,
      ),
    ].join("\n"),
  )

const turn = ({ role, content }: Pick<Voiced, "role" | "content">) =>
  `  ${role.padEnd(9)}  ${content.replaceAll("\n", `\n${" ".repeat(13)}`)}`

/** What models and users wrote must not move the cursor. */
const clean = (text: string) => text.replaceAll(/[^\n\P{Cc}]/gu, "")
