/**
 * One step from its start to its outcome, on the engine and in the ledger. Starting is idempotent: what an earlier run
 * left half done goes on, and shards that have their result are not run again.
 */
import type { WorkflowEngine } from "@effect/workflow"
import { Cause, Clock, Effect, Exit, FiberRef, Option } from "effect"
import { StepLedger } from "../journal/StepLedger.ts"
import type { LedgerEntry } from "../journal/StepLedger.ts"
import { isEngineFailure } from "./EngineFailed.ts"
import * as Execution from "./Execution.ts"
import { sourceChanged } from "./Source.ts"
import { isDone } from "./Standing.ts"
import { StageFailure } from "./StageFailure.ts"

/** What a step came to. `output` is encoded. */
export type Result =
  | { readonly _tag: "Done"; readonly output: unknown }
  | { readonly _tag: "Suspended"; readonly failures: ReadonlyArray<StageFailure> }

export interface StepRunOptions {
  readonly pollMillis: number
  /** Deaths without a finished shard in between before a step is suspended instead of started. */
  readonly maxDeaths: number
  readonly inputs: Map<string, unknown>
  readonly parked: Set<string>
  readonly onStart: (id: string) => Effect.Effect<void>
}

export interface Starting {
  readonly id: string
  readonly stage: string
  readonly execution: Execution.Execution
  readonly consumed: string
  readonly source: string | null
  /** As the body sees it. */
  readonly input: unknown
}

/** Runs steps one by one or side by side, and keeps what their shards report meanwhile. */
export const make = Effect.fn("StepRun.make")(function* (options: StepRunOptions) {
  const ledger = yield* StepLedger
  const running = new Map<string, Running>()

  const host: Execution.Host = {
    inputs: options.inputs,
    parked: options.parked,
    logLevel: yield* FiberRef.get(FiberRef.currentMinimumLogLevel),
    onFailure: (id, failure) => Effect.sync(() => void running.get(id)?.failures.push(failure)),
    onShard: (id) =>
      Effect.gen(function* () {
        const step = running.get(id)
        if (step === undefined) return
        step.deaths = 0
        yield* ledger.progress(id, yield* secondsOf(step))
      }).pipe(Effect.mapError(({ message }) => StageFailure.make({ kind: "operator", reason: message, advice: "" }))),
    during: (id) => (body) =>
      Effect.acquireUseRelease(
        Effect.sync(() => running.get(id)?.atRest),
        (atRest) => Effect.zipRight(atRest?.close ?? Effect.void, body),
        (atRest) => atRest?.open ?? Effect.void,
      ),
  }

  /** What the ledger has of it, where that still holds. */
  const known = Effect.fnUntraced(function* ({ id, consumed, source }: Starting) {
    const found = Option.getOrUndefined(yield* ledger.find(id))
    if (!isDone(found, consumed, source)) return undefined
    // An older ledger doesn't know the source: it is taken to be the present one, and changes count from here on.
    if (found.source !== source) yield* ledger.record({ ...found, source })
    return { _tag: "Done", output: JSON.parse(found.output) } satisfies Result
  })

  const run = Effect.fn("StepRun.run")(function* (starting: Starting) {
    const { id, stage, execution, consumed, source } = starting
    yield* Effect.annotateCurrentSpan({ step: id, stage })
    const found = Option.getOrUndefined(yield* ledger.find(id))
    const changed = sourceChanged(found, source)
    const same = found !== undefined && found.consumed === consumed && !changed ? found : undefined
    if (same !== undefined && same.starts >= options.maxDeaths) {
      const failure = crashLoop(same.starts)
      yield* ledger.record({ ...same, state: "suspended", ...facts(failure) })
      return { _tag: "Suspended", failures: [failure] } satisfies Result
    }
    const step: Running = {
      failures: [],
      deaths: same?.starts ?? 0,
      before: same?.seconds ?? 0,
      began: yield* Clock.currentTimeMillis,
      atRest: yield* Effect.makeLatch(true),
    }
    running.set(id, step)
    const { payload, executionId, before } = yield* open(starting, (found?.attempt ?? 0) + (changed ? 1 : 0))
    const row: typeof LedgerEntry.Encoded = {
      id,
      stage: starting.stage,
      state: "running",
      consumed,
      source,
      attempt: payload.attempt ?? 0,
      output: null,
      reason: null,
      advice: null,
      seconds: step.before,
      began: same?.began ?? step.began,
    }
    options.inputs.set(Execution.keyOf(payload), starting.input)
    const work = Effect.gen(function* () {
      yield* ledger.record({ ...row, starts: step.deaths + 1 })
      yield* options.onStart(id)
      if (before?._tag === "Suspended") yield* execution.resume(executionId)
      else yield* execution.execute(payload, { discard: true })
      const result = yield* settled(execution, executionId, Execution.keyOf(payload), step)
      const seconds = yield* secondsOf(step)
      if (result._tag === "Done") {
        yield* ledger.record({ ...row, state: "done", output: JSON.stringify(result.output), seconds })
      } else {
        yield* ledger.record({ ...row, state: "suspended", seconds, ...facts(result.failures[0]) })
      }
      return result
    })
    return yield* work.pipe(
      // Stopped in order, it did not die.
      Effect.onInterrupt(() =>
        Effect.flatMap(secondsOf(step), (seconds) =>
          Effect.ignore(ledger.record({ ...row, seconds, starts: step.deaths })),
        ),
      ),
      Effect.ensuring(Effect.sync(() => running.delete(id))),
    )
  })

  /** The execution to go on with. One that the engine can't read any more is given up for the next attempt. */
  const open = (starting: Starting, attempt: number): Effect.Effect<Opened, never, WorkflowEngine.WorkflowEngine> =>
    Effect.gen(function* () {
      const { id, consumed, execution } = starting
      const payload: Execution.Payload = { id, consumed, ...(attempt === 0 ? {} : { attempt }) }
      const executionId = yield* execution.executionId(payload)
      const before = yield* Effect.exit(execution.poll(executionId))
      const usable = Exit.isSuccess(before) && !(before.value?._tag === "Complete" && Exit.isFailure(before.value.exit))
      if (usable) return { payload, executionId, before: before.value }
      return yield* open(starting, attempt + 1)
    })

  const settled = (execution: Execution.Execution, executionId: string, key: string, step: Running) =>
    Effect.gen(function* () {
      while (true) {
        // A look costs milliseconds of the processor, which trainers on this machine want for themselves.
        yield* step.atRest.await
        yield* Effect.sleep(options.pollMillis)
        const result = yield* execution.poll(executionId)
        if (result === undefined) continue
        if (result._tag === "Complete") return { _tag: "Done", output: yield* result.exit } satisfies Result
        if (step.failures.length > 0) return { _tag: "Suspended", failures: step.failures } satisfies Result
        if (result.cause !== undefined) {
          return { _tag: "Suspended", failures: [defect(result.cause)] } satisfies Result
        }
        // The engine had begun with it before its inputs were there.
        if (options.parked.delete(key)) yield* execution.resume(executionId)
      }
    }).pipe(
      Effect.catchAllDefect((died) =>
        isEngineFailure(died)
          ? Effect.die(died)
          : Effect.succeed<Result>({ _tag: "Suspended", failures: [defect(Cause.die(died))] }),
      ),
    )

  return { host, known, run }
})

interface Running {
  readonly failures: Array<StageFailure>
  /** Before this start; 0 once a shard is finished. */
  deaths: number
  /** Seconds of earlier runs. */
  readonly before: number
  /** Milliseconds. */
  readonly began: number
  /** Closed while its stage's body runs. */
  readonly atRest: Effect.Latch
}

interface Opened {
  readonly payload: Execution.Payload
  readonly executionId: string
  readonly before: Effect.Effect.Success<ReturnType<Execution.Execution["poll"]>>
}

const secondsOf = ({ before, began }: Running) =>
  Effect.map(Clock.currentTimeMillis, (now) => before + (now - began) / 1000)

const facts = (failure: StageFailure | undefined) => ({
  kind: failure?.kind ?? null,
  reason: failure?.reason ?? null,
  advice: failure?.advice ?? null,
})

const crashLoop = (deaths: number) =>
  StageFailure.make({
    kind: "operator",
    reason: `Its process died ${deaths} times in a row in this step, and no shard was finished in between.`,
    advice:
      "Look for the cause (memory, the trainer's log, the system's log), then `understudy retry` starts it again.",
  })

const defect = (cause: Cause.Cause<unknown>) => {
  const died = Cause.squash(cause)
  const reason = died instanceof Error ? died.message : String(died)
  return StageFailure.make({
    kind: "operator",
    reason: `It stopped with an unexpected error: ${reason}`,
    advice: "This is a defect of the stage or of what it calls. When that is mended, `understudy retry` goes on.",
  })
}
