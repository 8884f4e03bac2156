/** Small stages for tests: a corpus feeds a simulator, both feed an assistant. */
import { Context, Effect, Schema } from "effect"
import { Estimate, FileRef, Shard, Stage, Step } from "../../src/index.ts"

export class Reader extends Context.Tag("test/Reader")<Reader, { readonly read: Effect.Effect<number> }>() {}
export class Gpu extends Context.Tag("test/Gpu")<Gpu, { readonly train: Effect.Effect<number> }>() {}

export const CorpusOutput = Schema.TaggedStruct("Corpus", { rows: Schema.Number })
export const SimulatorOutput = Schema.TaggedStruct("Simulator", { loss: Schema.Number })
export const AssistantOutput = Schema.TaggedStruct("Assistant", { reward: Schema.Number })

export const Corpus = Stage.make({
  name: "Corpus",
  version: 1,
  input: { file: FileRef, preset: Schema.String.pipe(Schema.optionalWith({ default: () => "own" })) },
  output: CorpusOutput,
  run: () =>
    Shard.once(
      "read",
      CorpusOutput,
      Effect.flatMap(Reader, (reader) => Effect.map(reader.read, (rows) => CorpusOutput.make({ rows }))),
    ),
  estimate: () => Estimate.free(100),
})

export const Sft = Schema.Struct({
  epochs: Schema.optionalWith(Schema.Int, { default: () => 1 }),
  rate: Schema.Number,
})

export const Simulator = Stage.make({
  name: "Simulator",
  version: 2,
  input: { corpus: Step.of(CorpusOutput), recipe: Sft },
  output: SimulatorOutput,
  run: ({ corpus }) =>
    Shard.once(
      "train",
      SimulatorOutput,
      Effect.flatMap(Gpu, (gpu) => Effect.map(gpu.train, (loss) => SimulatorOutput.make({ loss: loss / corpus.rows }))),
    ),
  estimate: ({ corpus }, sizeOf) => Estimate.free(sizeOf(corpus)),
})

export const Assistant = Stage.make({
  name: "Assistant",
  version: 1,
  input: { simulator: Step.of(SimulatorOutput), seed: Schema.Int },
  output: AssistantOutput,
  run: ({ simulator }) => Effect.succeed(AssistantOutput.make({ reward: -simulator.loss })),
  estimate: () => Estimate.free(1),
})

export const file = FileRef.make({ path: "corpus.jsonl" })
export const hashes = new Map([["corpus.jsonl", "a".repeat(64)]])
