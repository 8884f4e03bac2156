/**
 * A live model on a Tinker server. Its training requests are numbered and handed in one by one, each accepted before
 * the next, so the server adds no gradient twice and none out of order.
 */
import { Array, Effect } from "effect"
import type { Scope } from "effect"
import { TrainerRejected } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Datum } from "../../../src/domain/Datum.ts"
import type { Loss, TrainingModel } from "../../../src/ports/Trainer.ts"
import { awaitCheckpoint } from "./Checkpoints.ts"
import { joinPasses, passParts } from "./passParts.ts"
import type { PassLimits } from "./passParts.ts"
import { answerOf, callOf, carryOut } from "./TinkerCalls.ts"
import { adamBody, findProblem, passBody, passResult } from "./TinkerCodec.ts"
import { otherBackend } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import type { TinkerHttp } from "./TinkerHttp.ts"
import type { RequestOf } from "./TinkerProtocol.ts"
import { makeTrainingQueue } from "./TrainingQueue.ts"
import type { Encode } from "./TrainingQueue.ts"

export interface LiveModel extends TrainingModel {
  /** Loads a checkpoint; only as the model's first request. */
  readonly load: (path: string, optimizer: boolean) => Effect.Effect<void, TrainerError>
  /** Whether a sampler checkpoint of this model holds the weights that the model has now. */
  readonly isCurrent: (path: string) => boolean
}

interface OpenModel {
  readonly id: string
  readonly baseModel: string
  /** Of one request: a larger pass goes out in parts. */
  readonly limits: PassLimits
}

/** The model is unloaded at the end of the scope. */
export const openModel = (
  http: TinkerHttp,
  dialect: TinkerDialect,
  { id: modelId, baseModel, limits }: OpenModel,
): Effect.Effect<LiveModel, never, Scope.Scope> => {
  const queue = makeTrainingQueue(http, modelId)
  /** Steps asked for so far, and how many there were when a checkpoint's name was first used. */
  let steps = 0
  const savedAt = new Map<string, number>()
  let newest: { readonly path: string; readonly steps: number } | undefined

  const pass = (forwardOnly: boolean, datums: ReadonlyArray<Datum>, loss: Loss) => {
    const place = { endpoint: http.endpoint, request: "forward_backward", modelId }
    const rejected = (detail: string) => Effect.fail(new TrainerRejected({ ...place, status: 0, detail }))
    const problem = findProblem(datums, loss)
    if (problem !== undefined) return rejected(problem)
    const encodes = passParts(datums, limits).map(
      (part): Encode =>
        (seqId) =>
          callOf("forward_backward", passBody(dialect, { modelId, seqId, datums: part, loss, forwardOnly })),
    )
    return queue.request(!forwardOnly, encodes).pipe(
      Effect.flatMap(Effect.forEach(answerOf(http, "forward_backward", { modelId }))),
      Effect.map((answers) => joinPasses(answers.map(passResult))),
      Effect.flatMap((result) => {
        const other = forwardOnly ? undefined : otherBackend(dialect, result)
        return other === undefined ? Effect.succeed(result) : rejected(other)
      }),
    )
  }

  const post = <N extends Posted>(name: N, body: Omit<RequestOf<N>, "model_id" | "seq_id">) =>
    queue
      .request(changing.has(name), [
        (seqId) => callOf(name, { ...body, model_id: modelId, seq_id: seqId } as RequestOf<N>),
      ])
      .pipe(Effect.map(Array.unsafeGet(0)), Effect.flatMap(answerOf(http, name, { modelId })))

  /** A conflict over a name that was used for these very weights means that they are saved, or about to be. */
  const save = (type: "save_weights" | "save_weights_for_sampler", slot: string, name: string) =>
    Effect.suspend(() => {
      const at = steps
      const before = savedAt.get(slot) ?? at
      savedAt.set(slot, before)
      return post(type, { path: name }).pipe(
        Effect.map(({ path }) => path),
        Effect.catchTag("TrainerConflict", (conflict) =>
          before === at ? awaitCheckpoint(http, modelId, slot) : Effect.fail(conflict),
        ),
      )
    })

  const unload = Effect.suspend(() => carryOut(http, "unload_model", callOf("unload_model", { model_id: modelId })))

  const model: LiveModel = {
    id: modelId,
    baseModel,
    forward: (datums, loss) => pass(true, datums, loss),
    forwardBackward: (datums, loss) => pass(false, datums, loss),
    optimStep: (adam) =>
      Effect.suspend(() => {
        steps += 1
        return post("optim_step", { adam_params: adamBody(adam) })
      }).pipe(Effect.map(({ metrics }) => metrics ?? {})),
    saveState: (name) => save("save_weights", `weights/${name}`, name),
    saveForSampler: (name) =>
      Effect.suspend(() => {
        const at = steps
        return save("save_weights_for_sampler", `sampler_weights/${name}`, name).pipe(
          Effect.tap((path) => Effect.sync(() => (newest = { path, steps: at }))),
        )
      }),
    load: (path, optimizer) => Effect.asVoid(post("load_weights", { path, optimizer })),
    // Servers name the same place differently: `tinker://MODEL/NAME`, or with `sampler_weights/` between.
    isCurrent: (path) => path === newest?.path && newest.steps === steps,
  }
  // The release must not hold up the end of a run; the server frees the place anyway once the session is silent.
  const release = unload.pipe(Effect.interruptible, Effect.timeout(http.timing.unload), Effect.ignore)
  return Effect.as(
    Effect.addFinalizer(() => release),
    model,
  )
}

type Posted = "optim_step" | "load_weights" | "save_weights" | "save_weights_for_sampler"

/** Requests whose unknown outcome leaves the weights in doubt. */
const changing = new Set<Posted>(["optim_step", "load_weights"])
