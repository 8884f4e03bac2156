/** Some conversations of a part, drawn by seed: only their places are held in memory before they are read. */
import { Effect, Stream } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import { conversations } from "./conversations.ts"

/** At most `limit` of the conversations that fit, in drawn order: the same for equal parts, seeds and limits above. */
export const drawConversations = Effect.fnUntraced(function* (
  part: ArtifactRef,
  limit: number,
  seed: ReadonlyArray<string | number>,
  fits: (conversation: Conversation) => boolean,
) {
  const places: Array<number> = []
  let place = 0
  yield* Stream.runForEach(conversations.stream(part), (one) =>
    Effect.sync(() => {
      if (fits(one)) places.push(place)
      place++
    }),
  )
  const order = randomFrom(deriveSeed(seed)).shuffle(places).slice(0, limit)
  const rank = new Map(order.map((at, index) => [at, index]))
  const drawn: Array<Conversation> = []
  let at = 0
  yield* Stream.runForEach(conversations.stream(part), (one) =>
    Effect.sync(() => {
      const index = rank.get(at++)
      if (index !== undefined) drawn[index] = one
    }),
  )
  return drawn
})
