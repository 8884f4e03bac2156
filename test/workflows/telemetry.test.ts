import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { TrainingLog } from "../../layers/training/TrainingLog.ts"
import { telemetry } from "../../workflows/cli/telemetry.ts"

/** Keeps what it is sent, by path. */
const collector = Effect.acquireRelease(
  Effect.async<{ readonly url: string; readonly got: Map<string, string>; readonly keys: Set<unknown> }>((resume) => {
    const got = new Map<string, string>()
    const keys = new Set<unknown>()
    const server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => (body += String(chunk)))
      request.on("end", () => {
        got.set(request.url ?? "", `${got.get(request.url ?? "") ?? ""}${body}`)
        keys.add(request.headers["x-key"])
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const url = `http://127.0.0.1:${port}`
      resume(Effect.succeed({ url, got, keys, close: () => server.close() }))
    })
  }),
  (open) => Effect.sync(() => (open as unknown as { readonly close: () => void }).close()),
)

const training = Effect.gen(function* () {
  const usage = { judge: { promptTokens: 12, completionTokens: 3, dollars: 0.5 } }
  const line = {
    kind: "iteration",
    after: 3,
    reward: 0.625,
    metrics: { entropy: 1.5, updates: [{ clipShare: 0.25 }], usage },
  }
  yield* (yield* TrainingLog).write("TrainAssistant/v2-0", { ...line, kind: "iteration" })
}).pipe(
  Effect.withSpan("a step"),
  Effect.provide(TrainingLog.layer(mkdtempSync(join(tmpdir(), "understudy-telemetry-")))),
)

describe("telemetry", () => {
  it.scopedLive("sends spans and the numbers of training to the collector that the environment names", () =>
    Effect.gen(function* () {
      const { url, got, keys } = yield* collector
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b" }
      yield* Effect.provide(training, telemetry(env))
      const metrics = got.get("/v1/metrics") ?? ""
      assert.match(got.get("/v1/traces") ?? "", /"a step"/)
      assert.match(metrics, /understudy\.training\.iteration\.reward/)
      assert.match(metrics, /0\.625/)
      assert.match(metrics, /understudy\.training\.iteration\.metrics\.updates\.clipShare/)
      assert.match(metrics, /understudy\.training\.iteration\.metrics\.usage\.judge\.dollars/)
      assert.match(metrics, /TrainAssistant\/v2-0/)
      assert.isTrue(keys.has("a b"))
    }),
  )

  it.scopedLive("is nothing without a collector, and no hindrance where that is down", () =>
    Effect.gen(function* () {
      yield* Effect.provide(training, telemetry({}))
      yield* Effect.provide(training, telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }))
    }),
  )
})
