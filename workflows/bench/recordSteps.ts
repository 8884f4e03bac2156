/** Steps of a graph as done in the ledger, with made-up outputs. */
import { Effect } from "effect"
import { Standing, StepLedger } from "../../src/index.ts"
import type { Graph } from "../../src/index.ts"

type Node = Graph.Graph["nodes"][number]

/** Upstream before downstream, as a graph has them. `outputOf` gives what is kept as JSON. */
export const recordSteps = Effect.fn("recordSteps")(function* <E, R>(
  nodes: ReadonlyArray<Node>,
  outputOf: (node: Node) => Effect.Effect<unknown, E, R>,
) {
  const ledger = yield* StepLedger
  const hashes = new Map<string, string>()
  for (const node of nodes) {
    const { id, step, upstream } = node
    const output = JSON.stringify(yield* outputOf(node))
    hashes.set(id, Standing.outputHash(output))
    yield* ledger.record({
      id,
      stage: step.stage.name,
      state: "done",
      consumed: Standing.consumedHash(upstream.map((above) => hashes.get(above) ?? "")),
      output,
      reason: null,
      advice: null,
      seconds: 300,
    })
  }
})
