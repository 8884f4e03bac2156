/**
 * The services of a replay: every answer comes from a home's journal, failures that were answers included; artifacts
 * are read from the home and written to a folder that is thrown away. No trainer, no network, no keys.
 */
import { NodeContext } from "@effect/platform-node"
import { Duration, Effect, Either, Layer, Stream } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Judge } from "../layers/evaluation/Judge.ts"
import { Budget } from "../layers/llm/Budget.ts"
import * as ModelClients from "../layers/llm/ModelClients.ts"
import { findInstall } from "../layers/training/embedded/EmbeddedInstall.ts"
import { lazyTrainer } from "../layers/training/lazyTrainer.ts"
import { Policies } from "../layers/training/Policies.ts"
import type { PoliciesOptions } from "../layers/training/Policies.ts"
import { ContextOverflow, InvalidOutput, Misconfigured, Refused } from "../src/domain/LlmError.ts"
import { ArtifactStore, CallJournal } from "../src/index.ts"
import type { FailedCall } from "../src/index.ts"
import { llmConfigOf } from "./config/llmConfigOf.ts"
import type { TrainerConfig, UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { dialectOf, kindOf } from "./configuredTrainer.ts"
import { policiesOptions } from "./TrainerServices.ts"

/** Over the journal and the artifacts of a home that is read only. `experiment` scopes calls as in the run. */
export const replayLayer = (config: UnderstudyConfig, experiment: string) =>
  Layer.merge(Policies.layer(options(config.trainer)), Judge.layer).pipe(
    Layer.provideMerge(ModelClients.layer({ config: llmConfigOf(config), run: experiment })),
    Layer.provide(Budget.unlimited),
    Layer.provideMerge(noTrainer(config.trainer)),
    Layer.provideMerge(Layer.merge(journal, scratchStore)),
  )

const options = (trainer: TrainerConfig) => {
  const choice =
    trainer.kind === "embedded" ? trainer : { kind: trainer.kind, url: trainer.url, tokenizers: trainer.tokenizers }
  const usual = policiesOptions(choice, Duration.zero)
  return { ...usual, trustSaves: true, ...(trainer.kind === "embedded" ? { codec: embeddedCodec(usual) } : {}) }
}

/** Stands in the reason of a step that could not be replayed because the embedded model's tokenizer is not there. */
export const noTokenizer = "the embedded model is not installed, so its tokenizer is not there"

const embeddedCodec =
  ({ codec }: PoliciesOptions): PoliciesOptions["codec"] =>
  (spec) =>
    Effect.flatMap(Effect.either(findInstall()), (install) =>
      Either.isRight(install)
        ? codec(spec)
        : Misconfigured.make({
            endpoint: "the embedded trainer",
            model: spec.name,
            detail: noTokenizer,
            advice: install.left.message,
          }),
    ).pipe(Effect.provide(NodeContext.layer))

const noTrainer = (trainer: TrainerConfig) => {
  const dialect = dialectOf(trainer)
  const refusal = { message: "a replay asks no trainer, and the journal does not have this" }
  const kind = kindOf(trainer)
  const known = { endpoint: "the journal", lossScale: dialect.lossScale, kind, samplersStay: !dialect.samplesLiveModel }
  return lazyTrainer(known, Layer.fail(refusal))
}

/** A call that the run took as failed for good fails again in the same way. */
const journal = Layer.effect(
  CallJournal,
  Effect.gen(function* () {
    const kept = yield* CallJournal
    const failures = yield* Effect.cached(
      Effect.map(kept.lastFailures, (rows) => new Map(rows.map((row) => [row.key, row]))),
    )
    return CallJournal.of({
      ...kept,
      call: (request) =>
        Effect.catchIf(
          kept.call(request),
          (error) => error._tag === "OfflineMiss",
          (miss) =>
            Effect.flatMap(failures, (known) => {
              const failure = dataFailure(known.get(request.key))
              // Calls of these kinds fail with these errors: only they were journaled with them.
              return Effect.fail(failure === undefined ? miss : (failure as unknown as typeof miss))
            }),
        ),
    })
  }),
)

const dataFailure = (call: FailedCall | undefined) => {
  if (call === undefined) return undefined
  const fields = { endpoint: "the journal", model: call.model, detail: call.detail }
  switch (call.reason) {
    case "ContextOverflow":
      return ContextOverflow.make(fields)
    case "Refused":
      return Refused.make(fields)
    case "InvalidOutput":
      return InvalidOutput.make(fields)
    default:
      return undefined
  }
}

const scratchStore = Layer.scoped(
  ArtifactStore,
  Effect.gen(function* () {
    const kept = yield* ArtifactStore
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-replay-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    )
    const scratch = yield* Effect.provide(ArtifactStore, ArtifactStore.layer(folder))
    return ArtifactStore.of({
      ...kept,
      put: scratch.put,
      writer: scratch.writer,
      stream: (ref) => Stream.catchTag(kept.stream(ref), "ArtifactMissing", () => scratch.stream(ref)),
      path: (ref) => (existsSync(kept.path(ref)) ? kept : scratch).path(ref),
      get: (ref) => Effect.catchTag(kept.get(ref), "ArtifactMissing", () => scratch.get(ref)),
    })
  }),
)
