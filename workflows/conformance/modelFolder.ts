/** Where the tokenizer topic finds the embedded model. */
import { Config, Effect, Option, Schema } from "effect"
import { findInstall } from "../../layers/training/embedded/EmbeddedInstall.ts"

export class NoModel extends Schema.TaggedError<NoModel>()("NoModel", { detail: Schema.String }) {
  override get message() {
    return `the embedded model's tokenizer is missing: ${this.detail}. Or name a model folder in UNDERSTUDY_MODEL.`
  }
}

/** `UNDERSTUDY_MODEL`, or the model that set-up installed. */
export const modelFolder = Effect.flatMap(
  Config.option(Config.nonEmptyString("UNDERSTUDY_MODEL")),
  Option.match({
    onSome: (folder) => Effect.succeed(folder),
    onNone: () =>
      Effect.mapBoth(findInstall(), {
        onSuccess: ({ model }) => model.folder,
        onFailure: ({ message: detail }) => NoModel.make({ detail }),
      }),
  }),
)
