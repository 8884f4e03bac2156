/**
 * A trainer that is started when it is first needed and not before: a run that finds every answer in the journal needs
 * no Python, no model and no port.
 */
import { Context, Effect, ExecutionStrategy, Layer, Scope } from "effect"
import { TrainerRejected } from "../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../src/domain/TrainerError.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import type { Sampler } from "../../src/ports/Trainer.ts"
import { CheckpointFiles } from "./CheckpointFiles.ts"

/** What is `known` is so before the start. A start that fails is tried again by the next request. */
export const lazyTrainer = <E extends { readonly message: string }, R>(
  known: Pick<typeof Trainer.Service, "endpoint" | "lossScale" | "kind" | "samplersStay">,
  start: Layer.Layer<Trainer | CheckpointFiles, E, R>,
): Layer.Layer<Trainer | CheckpointFiles, never, R> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const context = yield* Effect.context<R>()
      const turn = yield* Effect.makeSemaphore(1)
      let running: Context.Context<Trainer | CheckpointFiles> | undefined
      const startOnce: Effect.Effect<Context.Context<Trainer | CheckpointFiles>, TrainerError> = Effect.suspend(() =>
        running === undefined
          ? Effect.flatMap(Scope.fork(scope, ExecutionStrategy.sequential), build)
          : Effect.succeed(running),
      ).pipe(turn.withPermits(1))
      const started = Effect.suspend(() => (running === undefined ? startOnce : Effect.succeed(running)))
      const build = (own: Scope.Scope) =>
        Layer.buildWithScope(start, own).pipe(
          Effect.provide(context),
          Effect.tap((built) => Effect.sync(() => (running = built))),
          Effect.mapError((error) =>
            TrainerRejected.make({ endpoint: known.endpoint, request: "start", status: 0, detail: error.message }),
          ),
        )
      const trainer = Effect.map(started, Context.get(Trainer))
      const files = Effect.map(started, Context.get(CheckpointFiles))
      return Context.make(
        Trainer,
        Trainer.of({
          ...known,
          capabilities: Effect.flatMap(trainer, ({ capabilities }) => capabilities),
          createModel: (request) => Effect.flatMap(trainer, ({ createModel }) => createModel(request)),
          sampler: (target) => {
            const sampler = Effect.map(trainer, (one) => one.sampler(target))
            return {
              sample: (request) => Effect.flatMap(sampler, ({ sample }) => sample(request)),
              logprobs: (tokens) => Effect.flatMap(sampler, ({ logprobs }) => logprobs(tokens)),
            } satisfies Sampler
          },
        }),
      ).pipe(
        Context.add(
          CheckpointFiles,
          CheckpointFiles.of({
            pack: (path) => Effect.flatMap(files, ({ pack }) => pack(path)),
            unpack: (bytes) => Effect.flatMap(files, ({ unpack }) => unpack(bytes)),
          }),
        ),
      )
    }),
  )
