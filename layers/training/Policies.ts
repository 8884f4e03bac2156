/**
 * Trainable models as the science uses them: sampled, scored, trained and saved by identity. Every sample, score and
 * training result is journaled; weights are only made for what the journal doesn't have.
 */
import { Context, Effect, Layer, Option } from "effect"
import type { Duration } from "effect"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { ArtifactStore, isThere } from "../../src/journal/ArtifactStore.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import { callKey } from "../../src/journal/CallKey.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import type { Datum } from "../../src/domain/Datum.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import { countReplay, isUnpriced, makeCharging } from "./charging.ts"
import type { Accounting } from "./charging.ts"
import { CheckpointFiles } from "./CheckpointFiles.ts"
import { makeLiveModels } from "./LiveModels.ts"
import { advance, baseIdentity } from "./Policy.ts"
import type { Policy, TrainingRequest } from "./Policy.ts"
import {
  decodeAnswer,
  decodeRef,
  gradientNormIn,
  largestDifference,
  Logprobs,
  logprobsOf,
  readOnly,
  savingKey,
  stepResult,
  tokensOf,
  TrainingAnswer,
  trainingKey,
} from "./policyAnswers.ts"
import { misconfigured } from "./policyErrors.ts"
import type { PolicyError } from "./policyErrors.ts"
import { policyModels } from "./policyModel.ts"
import type { Codec } from "./policyModel.ts"
import { makeWaves } from "./SampleWaves.ts"
import type { StreamOptions, WaveOptions } from "./SampleWaves.ts"

export type { PolicyError } from "./policyErrors.ts"
export type { Codec } from "./policyModel.ts"

export interface TrainedStep {
  readonly policy: Policy
  /** Of the targets before the step, one array for each datum, in nats. */
  readonly logprobs: ReadonlyArray<ReadonlyArray<number>>
  /** Where the server tells it. */
  readonly gradientNorm?: number
}

export class Policies extends Context.Tag("understudy/layers/training/Policies")<
  Policies,
  {
    /** The model without an adapter. */
    readonly base: (spec: ModelSpec) => Effect.Effect<TokenModel, PolicyError>
    /** The policy as it is now, to be sampled and scored. */
    readonly model: (policy: Policy) => Effect.Effect<TokenModel, PolicyError>
    /** Log-probabilities (nats) of the targets under the policy, one array for each datum. */
    readonly forward: (
      policy: Policy,
      datums: ReadonlyArray<Datum>,
      caller: Caller,
    ) => Effect.Effect<ReadonlyArray<ReadonlyArray<number>>, PolicyError>
    /** The policy after a training step, which is carried out unless the journal has its result. */
    readonly train: (
      policy: Policy,
      request: TrainingRequest,
      caller: Caller,
    ) => Effect.Effect<TrainedStep, PolicyError>
    /** Saves weights and optimizer as an artifact, unless the journal names one that is still there. */
    readonly save: (policy: Policy, caller: Caller) => Effect.Effect<ArtifactRef, PolicyError>
    /** Largest differences (nats) beyond the tolerance between replayed and journaled results, by identity. */
    readonly drift: Effect.Effect<ReadonlyMap<string, number>>
  }
>() {
  static readonly layer = (options: PoliciesOptions) => Layer.scoped(Policies, make(options))
}

export interface PoliciesOptions {
  /** Models that the trainer can hold at once. */
  readonly places: number
  readonly waves: WaveOptions | StreamOptions
  /** How long a silent trainer is given. Default: as long as the trainer's own client takes, a few times over. */
  readonly patience?: Duration.DurationInput
  /** Nats by which a replayed training result may differ from the journaled one. Default 0: bit-equal. */
  readonly tolerance?: number
  /** What the trainer calls a base model. Default: its own name. */
  readonly serverName?: (spec: ModelSpec) => string
  /** A saved state is taken as the journal names it, whether it is there or not: for replays, which restore none. */
  readonly trustSaves?: boolean
  /** Without it calls cost nothing. */
  readonly accounting?: Accounting
  /** Tokenizer and chat template of a base model. */
  readonly codec: (spec: ModelSpec) => Effect.Effect<Codec, PolicyError>
}

const make = Effect.fnUntraced(function* ({
  places,
  waves,
  codec,
  tolerance = 0,
  trustSaves = false,
  serverName = ({ name }) => name,
  patience,
  accounting,
}: PoliciesOptions) {
  const charging = makeCharging(accounting)
  const trainer = yield* Trainer
  const journal = yield* CallJournal
  const files = yield* CheckpointFiles
  const artifacts = yield* ArtifactStore
  const inWave = yield* makeWaves(waves)
  const results = new Map<string, TrainingAnswer>()
  const drifts = new Map<string, number>()
  const codecs = new Map<string, Codec>()
  const codecOf = (spec: ModelSpec) =>
    Effect.suspend(() => {
      const known = codecs.get(spec.name)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.tap(codec(spec), (made) => Effect.sync(() => codecs.set(spec.name, made)))
    })

  const live = yield* makeLiveModels<PolicyError>({
    places,
    serverName,
    ...(patience === undefined ? {} : { patience }),
    restore: (state) =>
      artifacts.get(state).pipe(
        Effect.mapError((error) => misconfigured(trainer.endpoint, "a saved state", error.message)),
        Effect.flatMap(files.unpack),
      ),
    newestSave: Effect.fnUntraced(function* ({ start, pending }) {
      for (const { identity } of pending.toReversed()) {
        const known = yield* journal.find(savingKey(identity))
        const state = Option.flatMap(known, ({ answer }) => decodeRef(answer))
        if (Option.isSome(state) && (yield* isThere(artifacts, state.value))) return { identity, state: state.value }
      }
      return start
    }),
    onResult: Effect.fnUntraced(function* ({ identity, request }, { outputs }, metrics) {
      const logprobs = outputs.map((output) => output.logprobs)
      const gradientNorm = gradientNormIn(metrics)
      results.set(identity, gradientNorm === undefined ? logprobs : { logprobs, gradientNorm })
      const known = yield* journal.find(trainingKey(identity))
      if (Option.isNone(known)) return
      yield* countReplay(tokensOf(request.datums))
      const before = yield* Effect.option(decodeAnswer(known.value.answer))
      const difference = Option.match(before, {
        onNone: () => 0,
        onSome: (kept) => largestDifference(stepResult(kept).logprobs, logprobs),
      })
      if (difference > tolerance) drifts.set(identity, difference)
    }),
  })

  const tokenModel = policyModels({ trainer, journal, inWave, accounting, charging, codecOf })

  return Policies.of({
    base: (spec) => tokenModel(spec, baseIdentity(spec), (use) => use({ baseModel: serverName(spec) })),
    model: (policy) =>
      tokenModel(policy.base, policy.identity, (use) => live.sampling(policy, (path) => use({ path }))),
    forward: (policy, datums, caller) =>
      journal
        .call({
          key: callKey({ kind: "train", model: policy.identity, body: { datums }, sampleIndex: 0, scope: "" }),
          kind: "train",
          ...caller,
          model: policy.base.name,
          unpriced: isUnpriced(accounting, policy.base, "sample"),
          request: { identity: policy.identity, forward: datums.length },
          answer: Logprobs,
          send: ({ begin }) =>
            live
              .exclusively(policy, (model) => model.forward(datums, { kind: "cross_entropy" }))
              .pipe(
                Effect.map(({ outputs }) => ({ answer: outputs.map(logprobsOf), usage: tokensOf(datums) })),
                (sending) => Effect.zipRight(begin, sending),
                charging(policy.base, "sample", tokensOf(datums)),
              ),
        })
        .pipe(Effect.map(({ answer }) => answer)),
    train: Effect.fn("Policies.train")(function* (policy, request, caller) {
      const next = advance(policy, request)
      const { answer } = yield* journal.call({
        key: trainingKey(next.identity),
        kind: "train",
        ...caller,
        model: policy.base.name,
        unpriced: isUnpriced(accounting, policy.base, "train"),
        request: { identity: policy.identity, datums: request.datums.length, loss: request.loss, adam: request.adam },
        answer: TrainingAnswer,
        send: ({ begin }) =>
          Effect.gen(function* () {
            yield* begin
            yield* live.exclusively(next, () => Effect.void)
            const answer = results.get(next.identity) ?? []
            return { answer, usage: tokensOf(request.datums) }
          }).pipe(charging(policy.base, "train", tokensOf(request.datums))),
      })
      results.delete(next.identity)
      return { policy: next, ...stepResult(answer) }
    }),
    save: Effect.fn("Policies.save")(function* (policy, caller) {
      const unusable = Effect.mapError((error: { readonly message: string }) =>
        misconfigured(trainer.endpoint, policy.base.name, error.message),
      )
      const saved = Effect.gen(function* () {
        const name = `state-${policy.identity.slice(0, 24)}`
        const path = yield* live.exclusively(policy, (model) => model.saveState(name))
        return yield* unusable(artifacts.put(yield* files.pack(path)))
      })
      const { answer } = yield* journal.call({
        key: savingKey(policy.identity),
        kind: "train",
        ...caller,
        model: policy.base.name,
        request: { save: policy.identity },
        answer: ArtifactRef,
        send: ({ begin }) =>
          Effect.zipRight(
            begin,
            Effect.map(saved, (answer) => ({ answer, usage: readOnly(0) })),
          ).pipe(charging(policy.base, "train", readOnly(0))),
      })
      if (trustSaves) return answer
      const there = yield* Effect.option(artifacts.get(answer))
      // The same state saved again may differ in bytes, so what the journal names is only trusted while it is there.
      return Option.isSome(there) ? answer : yield* saved
    }),
    drift: Effect.sync(() => drifts),
  })
})
