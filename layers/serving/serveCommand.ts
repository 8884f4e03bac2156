/** The command line and environment of a served model. */
import type { ServeSpec } from "./ServeSpec.ts"

export interface Placed {
  readonly port: number
  /** As CUDA_VISIBLE_DEVICES names them; empty for a server on the CPU. */
  readonly devices: ReadonlyArray<string>
  /** Folders in PEFT's format by the names that they are served under, with the rank of each. */
  readonly adapters: Readonly<Record<string, { readonly folder: string; readonly rank: number }>>
}

/** vLLM 0.32: `vllm serve MODEL`; LoRA modules are `NAME=FOLDER`, with `--max-lora-rank` one of a fixed list. */
export const serveCommand = (spec: ServeSpec, { port, devices, adapters }: Placed): readonly [string, ...string[]] => {
  const servedAs = spec.servedAs ?? spec.model
  if (spec.kind === "program") {
    const filled = (text: string) =>
      text.replaceAll("{port}", String(port)).replaceAll("{model}", spec.model).replaceAll("{servedAs}", servedAs)
    const [file, ...args] = spec.command
    return [file, ...args.map(filled)]
  }
  const [file, ...before] = spec.command ?? ["vllm"]
  const own = ["--host", "127.0.0.1", "--port", String(port), "--served-model-name", servedAs]
  const revision = spec.revision === undefined ? [] : ["--revision", spec.revision]
  const workers = devices.length > 1 ? ["--tensor-parallel-size", String(devices.length)] : []
  const rest = spec.args ?? []
  return [file, ...before, "serve", spec.model, ...own, ...revision, ...workers, ...loraArguments(adapters), ...rest]
}

const loraArguments = (adapters: Placed["adapters"]): ReadonlyArray<string> => {
  const modules = Object.entries(adapters)
  if (modules.length === 0) return []
  const rank = Math.max(...modules.map(([, one]) => one.rank))
  const most = String(loraRanks.find((one) => one >= rank) ?? rank)
  const named = modules.map(([name, { folder }]) => `${name}=${folder}`)
  return ["--enable-lora", "--max-lora-rank", most, "--max-loras", String(modules.length), "--lora-modules", ...named]
}

/** `keys`: environment variables that hold API keys, which are nobody else's business. */
export const serveEnvironment = (
  spec: ServeSpec,
  { devices }: Pick<Placed, "devices">,
  keys: ReadonlySet<string>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> => {
  const inherited = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || keys.has(name) ? [] : [[name, value] as const],
  )
  return {
    ...Object.fromEntries(inherited),
    PYTHONUNBUFFERED: "1",
    ...spec.env,
    // Also where there are none: a server on the CPU must not take what another was given.
    CUDA_VISIBLE_DEVICES: devices.join(","),
  }
}

/** Those that vLLM knows. */
const loraRanks = [8, 16, 32, 64, 128, 256, 320, 512]
