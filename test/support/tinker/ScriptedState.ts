/** What a Tinker server remembers. Weights are the hash of everything that made them. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"

export interface ScriptedModel {
  readonly id: string
  readonly session: string
  readonly rank: number
  weights: Weights
  /** Of the datums passed since the last step: they add up, however the passes were split. */
  gradients: Array<string>
  /** Of the last of them. */
  result: Uint8Array | undefined
  /** Requests so far, the creation left out. */
  requests: number
}

export interface Weights {
  readonly hash: string
  /** Each one lowers the loss. */
  readonly steps: number
  /** The gradients that each step applied: one hash for each datum, in their order. */
  readonly applied: ReadonlyArray<ReadonlyArray<string>>
}

export interface Future {
  readonly type: string
  readonly key: string
  readonly result: () => unknown
}

export interface TinkerState {
  readonly sessions: Map<string, { beats: number }>
  readonly models: Map<string, ScriptedModel>
  readonly futures: Map<string, Future>
  /** By path. */
  readonly checkpoints: Map<string, Weights & { readonly rank: number }>
  /** What sampling sessions sample, by their ids: a path, or the base model. */
  readonly samplers: Map<string, string | undefined>
  /** Futures of numbered requests, by `model/seq`. */
  readonly numbered: Map<string, string>
  readonly nextId: () => number
  readonly persist: () => void
  readonly restart: () => void
}

/** `file` keeps checkpoints and the id counter over a restart of the process. */
export const makeState = (file?: string): TinkerState => {
  const kept: { checkpoints: Array<[string, Weights & { rank: number }]>; ids: number } =
    file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { checkpoints: [], ids: 0 }
  let ids = kept.ids
  const state: TinkerState = {
    sessions: new Map(),
    models: new Map(),
    futures: new Map(),
    checkpoints: new Map(kept.checkpoints),
    numbered: new Map(),
    samplers: new Map(),
    nextId: () => ++ids,
    persist: () => {
      if (file === undefined) return
      writeFileSync(`${file}.new`, JSON.stringify({ checkpoints: [...state.checkpoints], ids }))
      renameSync(`${file}.new`, file)
    },
    restart: () => {
      state.models.clear()
      state.futures.clear()
      state.numbered.clear()
      state.sessions.clear()
      state.samplers.clear()
    },
  }
  return state
}

export const hash = (...parts: ReadonlyArray<unknown>): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex")

/** Uniform in [0, 1). */
export const fraction = (...parts: ReadonlyArray<unknown>): number =>
  Number.parseInt(hash(...parts).slice(0, 8), 16) / 2 ** 32
