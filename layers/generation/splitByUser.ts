/** Splits conversations so that no user is in two parts: what is held out was written by people never trained on. */
import type { Conversation } from "../../src/domain/Conversation.ts"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"

/**
 * Users, sorted and then shuffled by the seed, are held out one by one until `heldOut` (a share in (0, 1)) of the
 * conversations is reached; at least one user stays on each side where there are two. Order within a part is kept.
 */
export const splitByUser = (
  conversations: ReadonlyArray<Conversation>,
  { heldOut, seed }: { readonly heldOut: number; readonly seed: number },
) => {
  const counts = new Map<string, number>()
  for (const { user } of conversations) counts.set(user, (counts.get(user) ?? 0) + 1)
  const users = randomFrom(deriveSeed([seed, "split"])).shuffle([...counts.keys()].sort())
  const target = conversations.length * heldOut
  const out = new Set<string>()
  let taken = 0
  for (const user of users.slice(0, -1)) {
    if (taken >= target) break
    out.add(user)
    taken += counts.get(user) ?? 0
  }
  return {
    train: conversations.filter(({ user }) => !out.has(user)),
    heldOut: conversations.filter(({ user }) => out.has(user)),
  }
}
