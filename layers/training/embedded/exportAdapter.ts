/** A packed training state of the embedded server as an adapter in PEFT's format, which vLLM and others can serve. */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Option, Schema } from "effect"
import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { findInstall, projectFolder } from "./EmbeddedInstall.ts"

/** The weights are not to be had here, or not in this form. */
export class NotExported extends Schema.TaggedError<NotExported>()("NotExported", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/**
 * Writes `folder` whole or not at all, by the trainer's Python: the state is Orbax's of the LoRA weights of all layers in
 * one array, the optimizer's among them. `packed` is the artifact of a checkpoint.
 */
export const exportAdapter = Effect.fn("exportAdapter")(function* (packed: Uint8Array, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = keptElsewhere(Buffer.from(packed.subarray(0, 4096)).toString("utf8"))
  if (Option.isSome(place)) {
    const { endpoint, path: at } = place.value
    const detail = `its weights are kept by the training server ${endpoint} (${at}), which gives no access to the files. Download its sampler weights there into a folder, and name that as \`folder\``
    return yield* NotExported.make({ detail })
  }
  const { python } = yield* Effect.mapError(findInstall(), ({ message }) => NotExported.make({ detail: message }))
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* fs.makeDirectory(path.dirname(folder), { recursive: true })
      const work = yield* fs.makeTempDirectoryScoped({ prefix: "understudy-adapter-" })
      const archive = path.join(work, "state.tar.zst")
      yield* fs.writeFile(archive, packed)
      const made = `${folder}.${randomUUID()}.tmp`
      yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(made, { recursive: true })))
      yield* run(python, [path.join(projectFolder, "exportAdapter.py"), archive, made], work)
      yield* fs.rename(made, folder)
    }),
  ).pipe(Effect.mapError((error) => NotExported.make({ detail: error.message })))
})

const keptElsewhere = Schema.decodeOption(
  Schema.parseJson(Schema.Struct({ endpoint: Schema.String, path: Schema.String })),
)

const run = (python: string, args: ReadonlyArray<string>, cwd: string) =>
  Effect.async<void, NotExported>((resume) => {
    const env = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      PYTHONPATH: `${projectFolder}/runtime`,
      PYTHONDONTWRITEBYTECODE: "1",
      JAX_PLATFORMS: "cpu",
    }
    const child = execFile(python, args, { cwd, env, timeout: 300_000 }, (error, _, stderr) => {
      const last = stderr.trimEnd().split("\n").at(-1) ?? ""
      resume(error === null ? Effect.void : Effect.fail(NotExported.make({ detail: last || error.message })))
    })
    return Effect.sync(() => void child.kill("SIGKILL"))
  })
