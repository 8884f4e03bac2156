/**
 * Spans, logs and metrics for an OpenTelemetry collector, by its standard environment variables. Without
 * `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is collected.
 */
import * as Otlp from "@effect/opentelemetry/Otlp"
import { NodeHttpClient } from "@effect/platform-node"
import { Layer } from "effect"
import { packageVersion } from "../packageInfo.ts"
import { stderrLogger } from "./process.ts"

type Env = Readonly<Record<string, string | undefined>>

/** OTLP over HTTP as JSON. A collector that can't be reached costs the run nothing. */
export const telemetry = (env: Env = process.env): Layer.Layer<never> => {
  const baseUrl = env["OTEL_EXPORTER_OTLP_ENDPOINT"]
  if (baseUrl === undefined || baseUrl === "") return Layer.empty
  const millis = Number(env["OTEL_METRIC_EXPORT_INTERVAL"] ?? 10_000)
  return Otlp.layerJson({
    baseUrl,
    resource: { serviceName: env["OTEL_SERVICE_NAME"] || "understudy", serviceVersion: packageVersion },
    headers: headersOf(env["OTEL_EXPORTER_OTLP_HEADERS"] ?? ""),
    replaceLogger: stderrLogger,
    metricsExportInterval: millis,
    shutdownTimeout: "3 seconds",
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))
}

/** `key=value` pairs with commas between them, values percent-encoded. */
const headersOf = (text: string) =>
  Object.fromEntries(
    text
      .split(",")
      .map((pair) => pair.split("="))
      .flatMap(([name = "", ...value]) =>
        name.trim() === "" ? [] : [[name.trim(), decodeURIComponent(value.join("=").trim())]],
      ),
  )
