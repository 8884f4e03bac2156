/**
 * What differs between two runs of steps: equal ids are shared; of the others, those of one stage that resemble each
 * other are paired, so that a changed input is named once where it was changed and not again in all that follows it.
 */
import { canonicalJson } from "../src/domain/CanonicalJson.ts"
import type { RecordedStep, RunRecord } from "./RunRecord.ts"
import { differences, lookUp } from "./differences.ts"
import type { Difference } from "./differences.ts"

/** One input of one stage that differs in the same way in these pairs of steps. */
export interface InputChange extends Difference {
  readonly stage: string
  readonly steps: ReadonlyArray<{ readonly before: string; readonly after: string }>
}

export interface Comparison {
  readonly shared: ReadonlyArray<string>
  readonly onlyBefore: ReadonlyArray<RecordedStep>
  /** `before` is the step that it is paired with, where there is one: for a further arm it may be a shared one. */
  readonly onlyAfter: ReadonlyArray<RecordedStep & { readonly before: string | undefined }>
  readonly changes: ReadonlyArray<InputChange>
  readonly cellsOnlyBefore: ReadonlyArray<string>
  readonly cellsOnlyAfter: ReadonlyArray<string>
}

type Run = Pick<RunRecord, "cells" | "steps">

export const compareRuns = (before: Run, after: Run): Comparison => {
  const ids = new Set(before.steps.map(({ id }) => id))
  const shared = new Set(after.steps.map(({ id }) => id).filter((id) => ids.has(id)))
  const free = new Set(before.steps.filter(({ id }) => !shared.has(id)))
  const onlyBefore = [...free]
  const partners = new Map<string, string>()
  const changes = new Map<string, InputChange & { readonly steps: Array<InputChange["steps"][number]> }>()
  const onlyAfter = after.steps
    .filter(({ id }) => !shared.has(id))
    .map((step) => {
      // Upstream comes first, so what this step takes from paired steps is no difference of its own.
      const inputs = lookUp(step.inputs, partners)
      const best = nearest(step, inputs, free, before.steps)
      if (best === undefined) return { ...step, before: undefined }
      free.delete(best.step)
      partners.set(step.id, best.step.id)
      const pair = { before: best.step.id, after: step.id }
      for (const difference of best.found) {
        const key = canonicalJson([step.stage, difference])
        const known = changes.get(key)
        if (known === undefined) changes.set(key, { stage: step.stage, ...difference, steps: [pair] })
        else known.steps.push(pair)
      }
      return { ...step, before: best.step.id }
    })
  const cells = (run: Run, other: Run) => {
    const known = new Set(other.cells.map(({ key }) => key))
    return run.cells.map(({ key }) => key).filter((key) => !known.has(key))
  }
  return {
    shared: [...shared],
    onlyBefore,
    onlyAfter,
    changes: [...changes.values()],
    cellsOnlyBefore: cells(before, after),
    cellsOnlyAfter: cells(after, before),
  }
}

/**
 * The step of the same stage with the fewest inputs that differ: among those only before that are for the same cells;
 * where there are none, among all, those only before first. Nothing where no step is only before: what is added is new.
 */
const nearest = (
  step: RecordedStep,
  inputs: RecordedStep["inputs"],
  free: ReadonlySet<RecordedStep>,
  all: ReadonlyArray<RecordedStep>,
) => {
  const ofStage = ({ stage }: RecordedStep) => stage === step.stage
  if (![...free].some(ofStage)) return undefined
  const candidates = [...new Set([...free, ...all])].filter(ofStage)
  const cells = String(step.cells)
  const isClose = (candidate: RecordedStep) => free.has(candidate) && String(candidate.cells) === cells
  const close = cells === "" ? [] : candidates.filter(isClose)
  let best: { readonly step: RecordedStep; readonly found: ReadonlyArray<Difference> } | undefined
  for (const candidate of close.length > 0 ? close : candidates) {
    const found = differences(candidate.inputs, inputs)
    if (best === undefined || found.length < best.found.length) best = { step: candidate, found }
    if (found.length === 0) break
  }
  return best
}
