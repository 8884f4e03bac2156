/** A conversation to be read: as a rollout, by more voices than two. */
import type { Rollout } from "../../../../src/domain/Rollout.ts"

export interface ReadTalk extends Omit<Rollout, "messages" | "ending" | "calls"> {
  readonly messages: ReadonlyArray<Voiced>
  /** Of rollouts an `Ending`, of others their outcome. */
  readonly ending: string
}

/** Roles are named as they are shown. */
export interface Voiced {
  readonly role: string
  readonly content: string
}
