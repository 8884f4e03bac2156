/** Everything that a home knows of a step, a model call or an artifact, as `understudy show --json` prints it. */
import { Effect, Option } from "effect"
import { existsSync } from "node:fs"
import { logFile } from "../layers/training/TrainingLog.ts"
import type { ArtifactRef } from "../src/domain/Artifact.ts"
import { ArtifactStore, CallJournal, Home, StepLedger } from "../src/index.ts"
import { artifactsIn } from "./findThing.ts"
import type { Thing } from "./findThing.ts"
import { readRunRecord } from "./RunRecord.ts"
import { spentOn, stepRows } from "./stepRows.ts"
import type { StepRow } from "./stepRows.ts"

/** Money in dollars, times in seconds, `at` in ISO 8601. */
export type Shown = ShownStep | ShownCall | ShownArtifact
export type ShownStep = Effect.Effect.Success<ReturnType<typeof showStep>>
export type ShownCall = Effect.Effect.Success<ReturnType<typeof showCall>>
export type ShownArtifact = Effect.Effect.Success<ReturnType<typeof showArtifact>>

export const showStep = Effect.fn("showStep")(function* ({ id, recorded, experiments }: Thing & { type: "step" }) {
  const ledger = yield* StepLedger
  const journal = yield* CallJournal
  const store = yield* ArtifactStore
  const entry = Option.getOrUndefined(yield* ledger.find(id))
  // How a step stands depends on those above it, which only the record of a run knows.
  const [experiment] = experiments
  const steps = experiment === undefined ? [] : (yield* readRunRecord(experiment)).steps
  const rows = new Map((yield* stepRows(steps)).map((row) => [row.id, row]))
  const row = rows.get(id)
  const output: unknown = entry?.output === null || entry === undefined ? null : JSON.parse(entry.output)
  const totals = (yield* journal.totals).filter(({ step }) => step === id)
  const failures = (yield* journal.failures).filter(({ step }) => step === id)
  const metrics = logFile((yield* Home.Home).metrics, id)
  const state: StepRow["state"] = row?.state ?? entry?.state ?? "to-run"
  return {
    type: "step" as const,
    id,
    stage: recorded?.stage ?? entry?.stage ?? "",
    experiments,
    cells: recorded?.cells ?? [],
    state,
    seconds: entry?.seconds ?? null,
    reason: entry?.reason ?? null,
    advice: entry?.advice ?? null,
    /** Null where no run recorded them. */
    inputs: recorded?.inputs ?? null,
    upstream: (recorded?.upstream ?? []).map((above) => ({ id: above, state: rows.get(above)?.state ?? "to-run" })),
    output,
    /** JSON lines that the step writes while it runs; null where there are none. */
    metrics: existsSync(metrics) ? metrics : null,
    artifacts: artifactsIn(output).map(({ path, ref }) => ({ path, ...ref, file: store.path(ref) })),
    usage: totals.map((account) => {
      const { micros, ...counts } = spentOn([account])
      return { role: account.role, model: account.model, ...counts, money: micros / 1e6 }
    }),
    failures: failures.map(({ role, model, reason, count }) => ({ role, model, reason, count })),
  }
})

export const showCall = Effect.fn("showCall")(function* (key: string) {
  const journal = yield* CallJournal
  // The key was found in this very journal.
  const call = Option.getOrThrow(yield* journal.find(key))
  const { micros, latencyMs, at, usage, request, answer, ...name } = call
  return {
    type: "call" as const,
    ...name,
    at: new Date(at).toISOString(),
    seconds: latencyMs / 1000,
    ...usage,
    money: micros / 1e6,
    request,
    answer,
  }
})

export const showArtifact = Effect.fn("showArtifact")(function* (ref: ArtifactRef) {
  const store = yield* ArtifactStore
  const ledger = yield* StepLedger
  const file = store.path(ref)
  return {
    type: "artifact" as const,
    ...ref,
    file,
    /** Steps whose output names it, and where in it. */
    steps: (yield* ledger.list)
      .filter(({ output }) => output?.includes(ref.sha256))
      .flatMap(({ id, output }) =>
        artifactsIn(JSON.parse(output ?? "null"))
          .filter((named) => named.ref.sha256 === ref.sha256)
          .map(({ path }) => ({ id, path })),
      ),
  }
})
