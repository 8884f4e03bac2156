/** How far the real users of a fidelity result are from one another, from what its step kept and the held-out part. */
import { Effect, Stream } from "effect"
import { realFloors } from "../../layers/evaluation/fidelity/realFloors.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { FidelityResult } from "../../src/domain/Fidelity.ts"
import { conversations, rollouts } from "./conversations.ts"
import { talks as talkLines } from "./fidelityParts.ts"

export const readFloors = Effect.fnUntraced(function* ({ rows, endings }: FidelityResult, part: ArtifactRef) {
  const talks = yield* talkLines.read(rows.talks)
  const opened: Array<string> = []
  yield* Stream.runForEach(rollouts.stream(rows.openings), ({ prompt, messages }) =>
    Effect.sync(() => void (messages.length > 0 && opened.push(prompt))),
  )
  const wanted = new Set([...opened, ...talks.map(({ prompt }) => prompt)])
  const real = new Map<string, { readonly user: string; readonly opening: string }>()
  yield* Stream.runForEach(conversations.stream(part), ({ id, user, messages }) =>
    Effect.sync(() => void (wanted.has(id) && real.set(id, { user, opening: messages[0]?.content ?? "" }))),
  )
  return realFloors({ talks, opened, limit: endings.limit, real })
})
