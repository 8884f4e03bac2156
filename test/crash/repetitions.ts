/** Requests that the servers got again, and whether they may have. */
import { callKey } from "../../src/index.ts"
import type { HomeView } from "./HomeView.ts"
import { signatureOf } from "./signatures.ts"
import type { KeptRequest } from "./signatures.ts"
import type { Trial } from "./Trial.ts"
import type { ServerCall } from "./World.ts"

export interface Repetitions {
  /** Calls that came again: each was in flight at a kill. */
  readonly repeated: number
  /** Training steps sent again to make weights that no saved state had; the journal has their results. */
  readonly replayed: number
  readonly problems: ReadonlyArray<string>
}

/**
 * No call whose answer was in the journal when its run began is sent, but for training that no saved state holds; and
 * what comes again was in flight at the kill before.
 */
export const repetitionsOf = ({ kills, calls, view }: Pick<Trial, "kills" | "calls" | "view">): Repetitions => {
  const keys = new Map([...view.calls.values()].map((call) => [signatureOf(call), call.key]))
  const lastRun = new Map<string, number>()
  const problems: Array<string> = []
  let repeated = 0
  let replayed = 0
  for (const [run, asked] of calls.entries()) {
    const before = kills[run - 1]
    const saved = before === undefined ? new Set<string>() : savedSteps(before)
    const unanswered = asked.filter(({ kind, signature }) => signature === undefined && weight(kind) > 0).length
    if (unanswered > newlyLost(kills, run).length) problems.push(`run ${run + 1} left ${unanswered} calls unanswered`)
    // Every call that was lost is made in the end.
    repeated += unanswered
    for (const { kind, signature } of asked) {
      if (signature === undefined) continue
      const key = keys.get(signature)
      const what = `run ${run + 1}: a ${kind} (call ${key ?? "unknown"})`
      if (key === undefined) {
        problems.push(`${what} is not in the journal`)
        continue
      }
      const name = `${kind} ${key}`
      const earlier = lastRun.get(name)
      lastRun.set(name, run)
      if (earlier === run) problems.push(`${what} was sent twice by one run`)
      if (before?.calls.has(key) === true) {
        if (kind !== "pass" && kind !== "step") problems.push(`${what} was sent though the journal had its answer`)
        else if (saved.has(key)) problems.push(`${what} was trained again though its state was saved`)
        else replayed += weight(kind)
      } else if (earlier !== undefined && earlier !== run) {
        repeated += weight(kind)
        if (!newlyLost(kills, earlier).includes(key)) problems.push(`${what} came again and was not in flight`)
      }
    }
  }
  return { repeated, replayed, problems }
}

/** A training step is one call in two requests, of which the second never comes without the first. */
const weight = (kind: ServerCall["kind"]) => (kind === "step" ? 0 : 1)

/** Keys of the calls in flight when a run was killed; none for the last run. */
const newlyLost = (kills: ReadonlyArray<HomeView>, run: number): ReadonlyArray<string> =>
  (kills[run]?.lost ?? []).slice(kills[run - 1]?.lost.length ?? 0).map(({ key }) => key)

/** Keys of the training steps that saved states hold. */
const savedSteps = ({ calls }: HomeView): ReadonlySet<string> => {
  const saved = new Set<string>()
  for (const { request } of calls.values()) {
    let identity = (request as KeptRequest).save
    while (identity !== undefined) {
      const key = callKey({ kind: "train", model: identity, body: {}, sampleIndex: 0, scope: "" })
      const step = calls.get(key)
      if (step !== undefined) saved.add(key)
      identity = (step?.request as KeptRequest | undefined)?.identity
    }
  }
  return saved
}
