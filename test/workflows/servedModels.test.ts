import { Effect, Either, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Model from "../../layers/llm/Model.ts"
import { schemaIssues } from "../../src/domain/schemaIssues.ts"
import { llmConfigOf } from "../../workflows/config/llmConfigOf.ts"
import { UnderstudyConfig } from "../../workflows/config/UnderstudyConfig.ts"
import { refuseServers, serversFor } from "../../workflows/servedModels.ts"

const decode = Schema.decodeUnknownEither(UnderstudyConfig, { onExcessProperty: "error", errors: "all" })
const config = (value: unknown): UnderstudyConfig => Either.getOrThrow(decode(value))
const wrong = (value: unknown): string =>
  Either.match(decode(value), { onLeft: (error) => schemaIssues(error).join("; "), onRight: () => "" })

const simulator = {
  kind: "vllm",
  model: "org/sim",
  revision: "abc",
  gpus: 2,
  adapters: { tuned: { step: "FineTuned/v1-x" } },
}
const two = config({
  gpus: [0, 1],
  endpoints: {
    simulators: { serve: simulator },
    judges: { serve: { kind: "vllm", model: "org/judge" } },
    default: { url: "http://127.0.0.1:1/v1" },
  },
  models: { judge: { endpoint: "judges", servedAs: "org/judge", revision: "7" } },
})

describe("served endpoints in the config", () => {
  it("are known by the models that they serve, with their revisions", () => {
    const { endpoints, models } = llmConfigOf(two, { simulators: "http://127.0.0.1:5/v1" })
    assert.deepEqual(endpoints["simulators"], { url: "http://127.0.0.1:5/v1" })
    assert.deepEqual(endpoints["judges"], { url: "the server of endpoint judges" })
    assert.deepEqual(models["org/sim"], { endpoint: "simulators", revision: "abc" })
    assert.deepEqual(models["tuned"], { endpoint: "simulators", revision: "FineTuned/v1-x" })
    assert.deepEqual(models["org/judge"], { endpoint: "judges" })
    assert.deepEqual(models["judge"], { endpoint: "judges", servedAs: "org/judge", revision: "7" })
  })

  it("are planned where a model of theirs is called", () => {
    const servers = serversFor(two, [Model.openai("tuned"), Model.openai("gpt-4o"), Model.embedded])
    assert.deepEqual(servers, [{ endpoint: "simulators", kind: "vllm", model: "org/sim", gpus: 2 }])
    assert.strictEqual(serversFor(two, [Model.openai("judge")]).length, 1)
  })

  it("are refused where the experiment's limit is lower", () => {
    const refused = Effect.runSync(Effect.flip(refuseServers(two, [Model.openai("tuned")], 1)))
    assert.match(refused.message, /endpoint simulators needs 2 GPUs, and the experiment's limits\.gpus is 1\. Raise it/)
    Effect.runSync(refuseServers(two, [Model.openai("judge")], 1))
    Effect.runSync(refuseServers(two, [Model.openai("tuned")], undefined))
  })

  it.each([
    [{ endpoints: { a: {} } }, /a: give it either a `url` or `serve`/],
    [{ endpoints: { a: { url: "http://x", serve: simulator } } }, /give it either a `url` or `serve`/],
    [
      { endpoints: { a: { serve: { kind: "vllm", model: "m" } } } },
      /gpus.*it needs 1 GPUs \(the default\), and `gpus` of the config declares none.*0 for a server on the CPU/,
    ],
    [{ gpus: [0], endpoints: { a: { serve: simulator } } }, /it needs 2 GPUs, and `gpus` of the config declares 1/],
    [{ gpus: [0, "0"] }, /name each GPU once/],
    [{ endpoints: { a: { serve: { kind: "vlm", model: "m" } } } }, /kind/],
    [
      {
        gpus: [0],
        endpoints: { a: { serve: { kind: "vllm", model: "m" } }, b: { serve: { kind: "vllm", model: "m" } } },
      },
      /m is served by a too; say in `models`/,
    ],
  ])("are refused when they can't work: %#", (value, message) => {
    assert.match(wrong(value), message)
  })
})
