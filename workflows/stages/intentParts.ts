/** The parts of a split on their way through `Intents`: what lacks an intent, and what has one then. */
import { Effect, Schema, Stream } from "effect"
import { DrawnIntent } from "../../layers/generation/intents/drawIntent.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { Part } from "../../src/domain/Results.ts"
import type { SplitResult } from "../../src/domain/Results.ts"
import { conversations, lines } from "./conversations.ts"

export const drawnIntents = lines(DrawnIntent)

export const PartName = Schema.Literal("simulator", "assistant", "validation", "test")
export type PartName = typeof PartName.Type

/** Parts that are the same artifact are one: what both sides are trained on is asked for once, and stays the same. */
export const distinctParts = (split: SplitResult, wanted: ReadonlyArray<PartName> = PartName.literals) =>
  PartName.literals
    .filter((name) => wanted.includes(name))
    .map((name) => ({ name, part: split[name] }))
    .filter(
      ({ part }, i, all) =>
        all.findIndex((other) => other.part.conversations.sha256 === part.conversations.sha256) === i,
    )

/** The conversations that lack an intent, in batches, in the order of the part. */
export const batchesWithout = (ref: ArtifactRef) =>
  conversations.stream(ref).pipe(
    Stream.filter((conversation) => !isGiven(conversation)),
    Stream.grouped(batchSize),
    Stream.mapEffect((batch) => conversations.write([...batch])),
    Stream.runCollect,
    Effect.map((refs) => [...refs]),
  )

/** `drawn` has one record for each conversation that lacks an intent, in the order of the part. */
export const withIntents = Effect.fnUntraced(function* (part: Part, drawn: ReadonlyArray<ArtifactRef>) {
  if (drawn.length === 0) return part
  const users = new Set<string>()
  let count = 0
  let batch = 0
  let records: ReadonlyArray<DrawnIntent> = []
  let at = 0
  const next = Effect.gen(function* () {
    if (at === records.length) {
      records = yield* drawnIntents.read(drawn[batch++]!)
      at = 0
    }
    return records[at++]!
  })
  const kept = Stream.mapEffect(conversations.stream(part.conversations), (conversation) =>
    isGiven(conversation)
      ? Effect.succeed([conversation])
      : Effect.map(next, ({ intent }) => (intent === null ? [] : [{ ...conversation, intent }])),
  ).pipe(
    Stream.flattenIterables,
    Stream.tap(({ user }) =>
      Effect.sync(() => {
        count++
        users.add(user)
      }),
    ),
  )
  const written = yield* conversations.writeStream(kept)
  return Part.make({ conversations: written, count, users: users.size })
})

/** Conversations in one shard. */
const batchSize = 200

const isGiven = ({ intent }: Conversation) => intent !== undefined && intent.trim() !== ""
