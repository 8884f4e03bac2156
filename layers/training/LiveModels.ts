/**
 * The models that are loaded on the trainer, by identity. A policy's weights are made when they are first needed: from
 * a live model that is some steps behind, or from the newest saved state, or from scratch; then the steps since are
 * replayed. The trainer has few places: the model that was idle longest gives way. A lost model is made again.
 */
import { Duration, Effect, Exit, Predicate, Schedule, Scope } from "effect"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { TrainerUnavailable } from "../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../src/domain/TrainerError.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import type { PassResult, TrainingModel } from "../../src/ports/Trainer.ts"
import type { PendingStep, Policy } from "./Policy.ts"

export interface LiveModels<E> {
  /** Runs `use` on a model with the policy's weights, nobody else using any. */
  readonly exclusively: <A, E2>(
    policy: Policy,
    use: (model: TrainingModel) => Effect.Effect<A, E2>,
  ) => Effect.Effect<A, E | E2 | TrainerError>
  /** Runs `use` with the path for sampling the policy, beside others that sample; weights stay as they are meanwhile. */
  readonly sampling: <A, E2>(
    policy: Policy,
    use: (path: string) => Effect.Effect<A, E2>,
  ) => Effect.Effect<A, E | E2 | TrainerError>
}

export interface LiveModelsOptions<E> {
  /** Models that the trainer can hold at once. */
  readonly places: number
  /** What the trainer calls a base model. */
  readonly serverName: (spec: ModelSpec) => string
  /** Gives the server's path for a saved state. */
  readonly restore: (state: NonNullable<Policy["start"]["state"]>) => Effect.Effect<string, E>
  /** The newest saved state of the policy's history from its start on. Default: the start. */
  readonly newestSave?: (policy: Policy) => Effect.Effect<Policy["start"], E>
  /** How long a silent server is given before its failure counts, however often a model could be made again. */
  readonly patience?: Duration.DurationInput
  /** Told of every training result, those of replays too. `metrics` are those of the optimizer's step. */
  readonly onResult: (
    step: PendingStep,
    result: PassResult,
    metrics: Readonly<Record<string, number>>,
  ) => Effect.Effect<void, E>
}

interface Loaded {
  identity: string
  readonly model: TrainingModel
  readonly scope: Scope.CloseableScope
  sampler: { readonly identity: string; readonly path: string } | undefined
  /** How many are sampling it now. */
  busy: number
  /** A step is under way or about to be: nobody may begin to sample. */
  stepping: boolean
  used: number
}

export const makeLiveModels = Effect.fn("LiveModels.make")(function* <E>(options: LiveModelsOptions<E>) {
  const trainer = yield* Trainer
  const loaded = new Set<Loaded>()
  /** By identity, where older weights can be sampled too. */
  const samplers = new Map<string, { readonly one: Loaded; readonly path: string }>()
  const turn = yield* Effect.makeSemaphore(1)
  let clock = 0

  const drop = (one: Loaded) =>
    Effect.suspend(() => {
      for (const [identity, kept] of samplers) if (kept.one === one) samplers.delete(identity)
      return loaded.delete(one) ? Scope.close(one.scope, Exit.void) : Effect.void
    })
  const dropAll = Effect.suspend(() => Effect.forEach([...loaded], drop, { concurrency: "unbounded", discard: true }))
  yield* Effect.addFinalizer(() => dropAll)

  const makeRoom = Effect.gen(function* () {
    while (loaded.size >= options.places) {
      const idle = [...loaded].filter(({ busy }) => busy === 0).sort((a, b) => a.used - b.used)
      if (idle[0] !== undefined) yield* drop(idle[0])
      else yield* Effect.sleep(idlePollMillis)
    }
  })

  const create = Effect.fnUntraced(function* (policy: Policy) {
    const { base, rank, seed } = policy
    yield* makeRoom
    const start = yield* options.newestSave?.(policy) ?? Effect.succeed(policy.start)
    const from = start.state === null ? {} : { from: { path: yield* options.restore(start.state), optimizer: true } }
    const scope = yield* Scope.make()
    const model = yield* trainer.createModel({ baseModel: options.serverName(base), rank, seed, ...from }).pipe(
      Scope.extend(scope),
      Effect.onError(() => Scope.close(scope, Exit.void)),
    )
    const one: Loaded = {
      identity: start.identity,
      model,
      scope,
      sampler: undefined,
      busy: 0,
      stepping: false,
      used: 0,
    }
    loaded.add(one)
    return one
  })

  const step = Effect.fnUntraced(function* (one: Loaded, pending: PendingStep) {
    const { datums, loss, adam } = pending.request
    one.stepping = true
    const isSampled = () => one.busy > 0 && trainer.samplersStay !== true
    yield* Effect.repeat(Effect.sleep(idlePollMillis), { while: isSampled }).pipe(Effect.when(isSampled))
    // Until both are done the weights belong to no identity; if one fails they never will.
    const both = [one.model.forwardBackward(datums, loss), one.model.optimStep(adam)] as const
    const [result, metrics] = yield* Effect.all(both, { concurrency: 2 }).pipe(Effect.onError(() => drop(one)))
    one.identity = pending.identity
    one.stepping = false
    yield* options.onResult(pending, result, metrics)
  })

  const materialise = Effect.fnUntraced(function* (policy: Policy) {
    const identities = [policy.start.identity, ...policy.pending.map(({ identity }) => identity)]
    const near = [...loaded]
      .map((one) => ({ one, at: identities.lastIndexOf(one.identity) }))
      .sort((a, b) => b.at - a.at)[0]
    const one = near !== undefined && near.at >= 0 ? near.one : yield* create(policy)
    one.used = clock++
    for (const pending of policy.pending.slice(identities.lastIndexOf(one.identity))) yield* step(one, pending)
    return one
  })

  const samplerPath = Effect.fnUntraced(function* (one: Loaded) {
    const { identity } = one
    if (one.sampler?.identity === identity) return one.sampler.path
    const path = yield* one.model.saveForSampler(`s${clock++}`)
    one.sampler = { identity, path }
    if (trainer.samplersStay === true) samplers.set(identity, { one, path })
    return path
  })

  const load = Effect.fnUntraced(function* (policy: Policy) {
    const one = yield* materialise(policy)
    return { one, path: yield* samplerPath(one) }
  })

  /** What needs no loading waits for no turn: rollouts ask in crowds. */
  const sampleable = ({ identity }: Policy) => {
    const kept = samplers.get(identity)
    if (kept !== undefined && loaded.has(kept.one)) return kept
    for (const one of loaded)
      if (one.identity === identity && one.sampler?.identity === identity && !one.stepping)
        return { one, path: one.sampler.path }
    return undefined
  }

  const hold = <A extends { readonly one: Loaded }>(held: A): A => {
    held.one.busy += 1
    held.one.used = clock++
    return held
  }

  const patience = Duration.decode(options.patience ?? Duration.infinity)
  const patient = Schedule.whileOutput(Schedule.elapsed, Duration.lessThan(patience))
  const again = <A, E2>(effect: Effect.Effect<A, E2>) =>
    effect.pipe(
      Effect.tapError((error) => (isLost(error) ? dropAll : Effect.void)),
      Effect.retry({ while: isLost, schedule: Schedule.intersect(Schedule.recurs(lostTimes), patient) }),
    )

  const service: LiveModels<E> = {
    exclusively: (policy, use) =>
      Effect.flatMap(materialise(policy), ({ model }) => use(model)).pipe(turn.withPermits(1), again),
    sampling: (policy, use) =>
      Effect.acquireUseRelease(
        Effect.suspend(() => {
          const found = sampleable(policy)
          return found === undefined
            ? Effect.map(load(policy), hold).pipe(turn.withPermits(1), Effect.interruptible)
            : Effect.succeed(hold(found))
        }),
        ({ path }) => use(path),
        ({ one }) => Effect.sync(() => (one.busy -= 1)),
      ).pipe(again),
  }
  return service
})

/** Waiting for others that sample is rare and short: a wave. */
const idlePollMillis = 50

/** How often a lost model is made again before the failure counts. */
const lostTimes = 3

const isLost = (error: unknown) => Predicate.isTagged(error, "ModelLost") || error instanceof TrainerUnavailable
