import { assert, describe, it } from "vitest"
import { serveCommand, serveEnvironment } from "../../../layers/serving/serveCommand.ts"

describe("serveCommand", () => {
  it("starts vLLM with a worker on each GPU and its adapters", () => {
    const command = serveCommand(
      { kind: "vllm", model: "org/base", servedAs: "base", revision: "abc", args: ["--max-model-len", "8192"] },
      {
        port: 8001,
        devices: ["0", "1"],
        adapters: { tuned: { folder: "/a", rank: 12 }, other: { folder: "/b", rank: 8 } },
      },
    )
    assert.strictEqual(
      command.join(" "),
      "vllm serve org/base --host 127.0.0.1 --port 8001 --served-model-name base --revision abc --tensor-parallel-size 2" +
        " --enable-lora --max-lora-rank 16 --max-loras 2 --lora-modules tuned=/a other=/b --max-model-len 8192",
    )
  })

  it("fills in what a program is told", () => {
    const spec = {
      kind: "program",
      command: ["python", "serve.py", "--port={port}", "{model}", "{servedAs}"],
      model: "m",
    } as const
    const command = serveCommand(spec, { port: 9, devices: [], adapters: {} })
    assert.deepEqual(command, ["python", "serve.py", "--port=9", "m", "m"])
  })

  it("hands the environment on, without keys, with the GPUs", () => {
    const spec = { kind: "vllm", model: "m", env: { HF_HOME: "/models" } } as const
    const environment = serveEnvironment(spec, { devices: ["2", "3"] }, new Set(["KEY"]), {
      PATH: "/bin",
      KEY: "secret",
      CUDA_VISIBLE_DEVICES: "0,1,2,3",
    })
    assert.deepEqual(environment, {
      PATH: "/bin",
      PYTHONUNBUFFERED: "1",
      HF_HOME: "/models",
      CUDA_VISIBLE_DEVICES: "2,3",
    })
    assert.strictEqual(serveEnvironment(spec, { devices: [] }, new Set(), {})["CUDA_VISIBLE_DEVICES"], "")
  })
})
