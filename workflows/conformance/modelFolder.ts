/** Where the tokenizer topic finds the embedded model. */
import { FileSystem, Path } from "@effect/platform"
import { Config, Effect, Option, Schema } from "effect"

export class NoModel extends Schema.TaggedError<NoModel>()("NoModel", { detail: Schema.String }) {
  override get message() {
    return `the embedded model's tokenizer is missing: ${this.detail}. Install the trainer (npm run demo does), or name a model folder in UNDERSTUDY_MODEL.`
  }
}

/** `UNDERSTUDY_MODEL`, or the model in the cache folder. Fails with `NoModel`. */
export const modelFolder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const named = yield* optional("UNDERSTUDY_MODEL")
  if (Option.isSome(named)) return named.value
  const own = yield* optional("UNDERSTUDY_CACHE")
  const shared = yield* optional("XDG_CACHE_HOME")
  const home = yield* optional("HOME")
  const cache = Option.orElse(own, () =>
    Option.map(
      Option.orElse(shared, () => Option.map(home, (folder) => path.join(folder, ".cache"))),
      (folder) => path.join(folder, "understudy"),
    ),
  )
  if (Option.isNone(cache)) return yield* new NoModel({ detail: "no cache folder is known" })
  const root = path.join(cache.value, "model")
  const below = yield* fs.readDirectory(root).pipe(Effect.orElseSucceed(() => []))
  for (const folder of [root, ...below.map((name) => path.join(root, name))])
    if (yield* fs.exists(path.join(folder, "tokenizer.json"))) return folder
  return yield* new NoModel({ detail: `${root} holds none` })
})

const optional = (name: string) => Config.option(Config.nonEmptyString(name))
