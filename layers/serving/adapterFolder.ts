/** Adapters in PEFT's format: `adapter_config.json` beside `adapter_model.safetensors`. */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import { AdapterUnusable } from "./ServingErrors.ts"

/** Where it lies (absolute) and its rank. */
export const readAdapter = Effect.fn("readAdapter")(function* (adapter: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const absolute = path.resolve(folder)
  const unusable = (detail: string) => AdapterUnusable.make({ adapter, detail })
  const missing = () => unusable(`${absolute} is no adapter in PEFT's format: it has no readable adapter_config.json`)
  const { peft_type, r } = yield* fs
    .readFileString(path.join(absolute, "adapter_config.json"))
    .pipe(Effect.flatMap(Schema.decode(AdapterConfig)), Effect.mapError(missing))
  if (peft_type !== "LORA") return yield* unusable(`${absolute} is of type ${peft_type}, and vLLM serves LORA`)
  return { folder: absolute, rank: r }
})

const AdapterConfig = Schema.parseJson(Schema.Struct({ peft_type: Schema.String, r: Schema.Int }))
