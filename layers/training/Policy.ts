/**
 * A model that is trained, as a value: where it comes from and every training request since. Its identity is a
 * rolling hash of that history, so that after a crash the restored policy finds its own journaled samples (contract 2).
 */
import { contentHash } from "../../src/domain/CanonicalJson.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Datum } from "../../src/domain/Datum.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Checkpoint } from "../../src/domain/Results.ts"
import type { AdamParams, Loss } from "../../src/ports/Trainer.ts"
import { passParts } from "./tinker/passParts.ts"

export interface Policy {
  readonly base: ModelSpec
  readonly rank: number
  /** Of the adapter's initial weights. */
  readonly seed: number
  readonly identity: string
  /** What `pending` starts from; without a state it is the untrained adapter. */
  readonly start: { readonly identity: string; readonly state: ArtifactRef | null }
  readonly pending: ReadonlyArray<PendingStep>
}

/** One optimizer step: a pass over the datums, grouped as they are sent, then Adam. */
export interface TrainingRequest {
  readonly datums: ReadonlyArray<Datum>
  readonly loss: Loss
  readonly adam: AdamParams
}

/** A step and the identity that it leads to. */
export interface PendingStep {
  readonly request: TrainingRequest
  readonly identity: string
}

/** An untrained adapter on a base model. */
export const untrained = (
  base: ModelSpec,
  { rank, seed }: { readonly rank: number; readonly seed: number },
): Policy => {
  const identity = contentHash(["adapter", base, rank, seed])
  return { base, rank, seed, identity, start: { identity, state: null }, pending: [] }
}

export const fromCheckpoint = ({ base, identity, rank, seed, state }: Checkpoint): Policy => ({
  base,
  rank,
  seed,
  identity,
  start: { identity, state },
  pending: [],
})

/**
 * The policy after one more step. Pure: nothing is trained until the weights are needed. A pass that goes out in parts
 * is another history than one that goes out whole: their sums may be rounded otherwise.
 */
export const advance = (policy: Policy, request: TrainingRequest): Policy => {
  const parts = passParts(request.datums).map(({ length }) => length)
  const identity = contentHash(parts.length < 2 ? [policy.identity, request] : [policy.identity, request, parts])
  return { ...policy, identity, pending: [...policy.pending, { request, identity }] }
}

/** The policy whose state was saved, as results name it. */
export const checkpointOf = ({ base, rank, seed, identity }: Policy, state: ArtifactRef): Checkpoint => ({
  base,
  identity,
  rank,
  seed,
  state,
})

/** The largest drift that was seen at the identities of these states, as results hold it. */
export const driftOf = (drifts: ReadonlyMap<string, number>, states: ReadonlyArray<{ readonly identity: string }>) => {
  const found = states.flatMap(({ identity }) => drifts.get(identity) ?? [])
  return found.length === 0 ? {} : { drift: Math.max(...found) }
}

/** The identity of the base model itself, as what is sampled without an adapter. */
export const baseIdentity = (base: ModelSpec) => contentHash(["base", base])
