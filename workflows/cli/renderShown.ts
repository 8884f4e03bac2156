/** A step, a call or an artifact for people. */
import { inspect } from "node:util"
import { whole } from "../../layers/evaluation/report/numbers.ts"
import type { Shown, ShownArtifact, ShownCall, ShownStep } from "../showThing.ts"
import { part, table, time, usd } from "./text.ts"

export const renderShown = (shown: Shown): string =>
  (shown.type === "step" ? step(shown) : shown.type === "call" ? call(shown) : artifact(shown)).join("\n")

const step = (shown: ShownStep): ReadonlyArray<string> => [
  `${shown.id}: ${shown.state}${shown.seconds === null ? "" : `, ${time(shown.seconds)} of work`}`,
  ...(shown.experiments.length === 0 ? [] : [`of ${shown.experiments.join(", ")}`]),
  ...shown.cells.map((cell) => `  ${cell}`),
  ...(shown.reason === null ? [] : part("Suspended", `  ${shown.reason}`, `  ${shown.advice ?? ""}`)),
  ...part(
    "Inputs",
    shown.inputs === null
      ? "  No run recorded them: they are those of an experiment as it was earlier."
      : value(shown.inputs),
  ),
  ...part("Upstream", ...shown.upstream.map(({ id, state }) => `  ${state}  ${id}`)),
  ...(shown.output === null ? [] : part("Output", value(shown.output))),
  ...(shown.metrics === null ? [] : part("Metrics, line by line as it runs", `  ${shown.metrics}`)),
  ...part(
    "Artifacts",
    ...shown.artifacts.map(
      ({ path, bytes, file }) => `  ${path === "" ? "output" : path}: ${file} (${whole(bytes)} bytes)`,
    ),
  ),
  ...(shown.usage.length === 0 ? [] : part("Calls", table(usageColumns, shown.usage.map(usageRow)))),
  ...part(
    "Requests that failed",
    ...shown.failures.map(({ role, model, reason, count }) => `  ${role} ${model}: ${reason}, ${whole(count)} times`),
  ),
]

const call = (shown: ShownCall): ReadonlyArray<string> => [
  `call ${shown.key}`,
  `  ${shown.kind} of ${shown.role} to ${shown.model}, for ${shown.step}`,
  `  answered at ${shown.at} after ${time(shown.seconds)}: ${whole(shown.promptTokens)} + ${whole(shown.completionTokens)} tokens, ${usd(shown.money * 1e6)}`,
  ...part("Request", value(shown.request)),
  ...part("Answer", value(shown.answer)),
]

const artifact = (shown: ShownArtifact): ReadonlyArray<string> => [
  `artifact ${shown.sha256}: ${whole(shown.bytes)} bytes`,
  `  ${shown.file}`,
  ...part("Named by", ...shown.steps.map(({ id, path }) => `  ${id}: ${path}`)),
]

/** Everything, with control characters escaped. */
const value = (data: unknown): string =>
  inspect(data, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: 118 })
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n")

const numeric = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, numeric: true }))
const usageColumns = [
  { name: "role" },
  { name: "model" },
  ...numeric("calls", "from the journal", "prompt tokens", "completion tokens", "money"),
]
const usageRow = (row: ShownStep["usage"][number]) => [
  row.role,
  row.model,
  whole(row.calls),
  whole(row.hits),
  whole(row.promptTokens),
  whole(row.completionTokens),
  usd(row.money * 1e6),
]
