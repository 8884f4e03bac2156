/** A data set of the Hugging Face hub as a folder: downloaded below the home, where it stays. */
import { Config, Effect, Option } from "effect"
import { join } from "node:path"
import { download } from "../../layers/generation/corpus/hub/download.ts"
import type { HubDataset } from "../../layers/generation/corpus/hub/HubDataset.ts"
import { Home } from "../../src/index.ts"
import { asStageFailure } from "./failures.ts"

/** HF_ENDPOINT names another hub or a mirror, HF_TOKEN the account, as for Hugging Face's own tools. */
export const hubFolder = (dataset: HubDataset) =>
  Effect.gen(function* () {
    const home = yield* Effect.serviceOption(Home.Home)
    const folder = Option.isSome(home) ? home.value.folder : Home.paths(yield* Home.folder()).folder
    const endpoint = yield* Effect.orDie(
      Config.string("HF_ENDPOINT").pipe(Config.withDefault("https://huggingface.co")),
    )
    const token = yield* Effect.option(Config.redacted("HF_TOKEN"))
    return yield* download(dataset, {
      folder: join(folder, "downloads"),
      endpoint,
      token,
      say: (line) => Effect.logInfo(line),
    })
  }).pipe(asStageFailure)
