/**
 * Prepares logs by the stages' own functions, in a process of its own, and prints the parts and how long they took
 * (without loading this program) as JSON.
 *
 *     node prepareLogs.ts LOGS.jsonl ARTIFACTS [PRESET]
 */
import { Console, Effect } from "effect"
import { ArtifactStore } from "../../src/journal/ArtifactStore.ts"
import { readCorpus } from "../stages/readCorpus.ts"
import { splitCorpus } from "../stages/splitCorpus.ts"

const [logs, artifacts, preset] = process.argv.slice(2)

const began = performance.now()

Effect.gen(function* () {
  const corpus = yield* readCorpus(logs ?? "", { users: "hashed-ip", format: "auto", skipInvalid: false })
  const split = yield* splitCorpus({
    corpus,
    preset: preset === "default" ? "default" : "rel",
    shares: { simulator: 0.6, assistant: 0.29, validation: 0.05, test: 0.06 },
    languages: ["English"],
    ngram: { size: 7, limit: 100 },
    seed: 0,
  })
  yield* Console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, split }))
}).pipe(Effect.provide(ArtifactStore.layer(artifacts ?? "")), Effect.runPromise)
