/**
 * A live model on a Tinker server. Its training requests are numbered and handed in one by one, each accepted before
 * the next, so the server adds no gradient twice and none out of order.
 */
import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { TrainerRejected } from "../../../src/domain/TrainerError.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { Datum } from "../../../src/domain/Datum.ts"
import type { Loss, TrainingModel } from "../../../src/ports/Trainer.ts"
import { awaitCheckpoint } from "./Checkpoints.ts"
import { protobufType } from "./Proto.ts"
import { decodeBytes, decodeJson } from "./TinkerAnswer.ts"
import { adamBody, decodePass, encodePass, findProblem } from "./TinkerCodec.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import { jsonCall } from "./TinkerHttp.ts"
import type { TinkerHttp } from "./TinkerHttp.ts"
import { makeTrainingQueue } from "./TrainingQueue.ts"

export interface LiveModel extends TrainingModel {
  /** Loads a checkpoint; only as the model's first request. */
  readonly load: (path: string, optimizer: boolean) => Effect.Effect<void, TrainerError>
  /** Whether a sampler checkpoint of this model holds the weights that the model has now. */
  readonly isCurrent: (path: string) => boolean
}

/** The model is unloaded at the end of the scope. */
export const openModel = (
  http: TinkerHttp,
  dialect: TinkerDialect,
  { id: modelId, baseModel }: { readonly id: string; readonly baseModel: string },
): Effect.Effect<LiveModel, never, Scope.Scope> => {
  const queue = makeTrainingQueue(http, modelId)
  /** Steps asked for so far, and how many there were when a checkpoint's name was first used. */
  let steps = 0
  const savedAt = new Map<string, number>()
  let newest: { readonly path: string; readonly steps: number } | undefined

  const pass = (forwardOnly: boolean, datums: ReadonlyArray<Datum>, loss: Loss) => {
    const problem = findProblem(datums, loss)
    if (problem !== undefined) {
      const place = { endpoint: http.endpoint, request: "forward_backward", modelId }
      return Effect.fail(new TrainerRejected({ ...place, status: 0, detail: problem }))
    }
    return queue
      .request(!forwardOnly, (seqId) => ({
        method: "POST",
        path: "forward_backward",
        modelId,
        seqId,
        body: {
          bytes: encodePass(dialect, { modelId, seqId, datums, loss, forwardOnly }),
          contentType: protobufType,
        },
      }))
      .pipe(Effect.flatMap(decodeBytes(http, { request: "forward_backward", modelId }, decodePass)))
  }

  const post = <A, I>(type: string, schema: Schema.Schema<A, I>, body: object) =>
    queue
      .request(changing.has(type), (seqId) =>
        jsonCall(
          type,
          { ...body, model_id: modelId, seq_id: seqId, type },
          { modelId, seqId, resend: type !== "load_weights" },
        ),
      )
      .pipe(Effect.flatMap(decodeJson(http, { request: type, modelId }, schema)))

  /** A conflict over a name that was used for these very weights means that they are saved, or about to be. */
  const save = (type: string, slot: string, name: string) =>
    Effect.suspend(() => {
      const at = steps
      const before = savedAt.get(slot) ?? at
      savedAt.set(slot, before)
      return post(type, Saved, { path: name }).pipe(
        Effect.map(({ path }) => path),
        Effect.catchTag("TrainerConflict", (conflict) =>
          before === at ? awaitCheckpoint(http, modelId, slot) : Effect.fail(conflict),
        ),
      )
    })

  const unload = Effect.suspend(() => {
    const call = jsonCall("unload_model", { model_id: modelId, type: "unload_model" }, { modelId })
    return Effect.flatMap(http.submit(call), (requestId) => http.result(call, requestId))
  })

  const model: LiveModel = {
    id: modelId,
    baseModel,
    forward: (datums, loss) => pass(true, datums, loss),
    forwardBackward: (datums, loss) => pass(false, datums, loss),
    optimStep: (adam) =>
      Effect.suspend(() => {
        steps += 1
        return post("optim_step", Stepped, { adam_params: adamBody(adam) })
      }).pipe(Effect.map(({ metrics }) => metrics ?? {})),
    saveState: (name) => save("save_weights", `weights/${name}`, name),
    saveForSampler: (name) =>
      Effect.suspend(() => {
        const at = steps
        return save("save_weights_for_sampler", `sampler_weights/${name}`, name).pipe(
          Effect.tap((path) => Effect.sync(() => (newest = { path, steps: at }))),
        )
      }),
    load: (path, optimizer) => Effect.asVoid(post("load_weights", Schema.Unknown, { path, optimizer })),
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

/** Requests whose unknown outcome leaves the weights in doubt. */
const changing = new Set(["optim_step", "load_weights"])

const Stepped = Schema.Struct({
  metrics: Schema.optional(Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Number }))),
})
const Saved = Schema.Struct({ path: Schema.String })
