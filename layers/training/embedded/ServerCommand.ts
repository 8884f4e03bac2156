/** How the embedded server is started, and the sizes that it is started with. */
import type { Path } from "@effect/platform"
import { projectFolder } from "./EmbeddedInstall.ts"
import type { EmbeddedInstall } from "./EmbeddedInstall.ts"

/** Sizes that the server compiles its programs for: more of any costs memory and time in every step. */
export interface JaxSettings {
  /** Live adapters, one of which is the base model itself. Default 3: two models at once. */
  readonly maxLoraAdapters: number
  /** Default 8. */
  readonly maxLoraRank: number
  /** Batches of samples are padded to it. Default 8. */
  readonly sampleMaxNumSequences: number
  /** Default 8. */
  readonly trainMicroBatchSize: number
}

export const defaultSettings: JaxSettings = {
  maxLoraAdapters: 3,
  maxLoraRank: 8,
  sampleMaxNumSequences: 8,
  trainMicroBatchSize: 8,
}

/** The command line and environment of a server that works in `folder`, an absolute path. */
export const serverCommand = (
  {
    install,
    settings,
    folder,
  }: {
    readonly install: EmbeddedInstall
    readonly settings: Partial<JaxSettings> | undefined
    readonly folder: string
  },
  path: Path.Path,
) => {
  const { maxLoraAdapters, maxLoraRank, sampleMaxNumSequences, trainMicroBatchSize } = {
    ...defaultSettings,
    ...settings,
  }
  const backend = {
    max_lora_adapters: maxLoraAdapters,
    max_lora_rank: maxLoraRank,
    sample_max_num_sequences: sampleMaxNumSequences,
    train_micro_batch_size: trainMicroBatchSize,
  }
  return {
    python: install.python,
    script: path.join(projectFolder, "serve.py"),
    args: [
      ["--base-model", install.model.name, "--base-model-checkpoint-path", install.model.folder],
      ["--backend", "jax", "--backend-config", JSON.stringify(backend)],
      ["--checkpoints-base", path.join(folder, "checkpoints")],
      ["--database-url", `sqlite:///${path.join(folder, "tinker.db")}`],
    ].flat(),
    // Nothing else of the environment: no keys, no settings of other Pythons, no network.
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: process.env["HOME"] ?? folder,
      TMPDIR: path.join(folder, "tmp"),
      PYTHONPATH: path.join(projectFolder, "runtime"),
      PYTHONUNBUFFERED: "1",
      PYTHONPYCACHEPREFIX: path.join(path.dirname(install.jaxCache), "pycache"),
      JAX_PLATFORMS: "cpu",
      JAX_COMPILATION_CACHE_DIR: install.jaxCache,
      JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: "1",
      HF_HUB_OFFLINE: "1",
    },
  }
}
