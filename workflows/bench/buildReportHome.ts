/** A home in which all of a grid is done but the report: so many conversations in its cells. */
import { Effect, Schema } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { CorpusResult, EvaluationResult, PolicyResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { randomFrom } from "../../src/domain/Seed.ts"
import { ArtifactStore, Home } from "../../src/index.ts"
import type { Graph } from "../../src/index.ts"
import { plain } from "../../layers/generation/personas.ts"
import { conversations } from "../stages/conversations.ts"
import { recordSteps } from "./recordSteps.ts"
import { syntheticPrompts, syntheticRollout } from "./syntheticRollouts.ts"

export interface ReportShape {
  /** Conversations on each prompt. */
  readonly samples: number
  readonly promptsByUser: number
}

export const buildReportHome = Effect.fn("buildReportHome")(function* (
  folder: string,
  graph: Graph.Graph,
  talks: number,
  { samples, promptsByUser }: ReportShape = { samples: 10, promptsByUser: 2.5 },
) {
  const evaluations = graph.nodes.filter(({ step }) => step.stage.name === "Evaluate").length
  const prompts = syntheticPrompts(Math.ceil(talks / evaluations / samples), promptsByUser)
  yield* Effect.gen(function* () {
    const test = { conversations: yield* conversations.write(prompts), count: prompts.length, users: prompts.length }
    let cell = 0
    const nodes = graph.nodes.filter(({ step }) => step.stage.name !== "Report")
    yield* recordSteps(nodes, ({ step: { stage } }) =>
      stage.name === "Evaluate"
        ? Effect.map(written(prompts, samples, (cell += 1)), (ref) => evaluation(ref, prompts.length * samples))
        : Effect.succeed(others[stage.name]?.(test) ?? {}),
    )
  }).pipe(Effect.provide(Home.Home.layer(folder)))
  return prompts.length * samples * evaluations
})

/** The transcripts of one cell. */
const written = (prompts: ReturnType<typeof syntheticPrompts>, samples: number, cell: number) =>
  Effect.gen(function* () {
    const writer = yield* (yield* ArtifactStore).writer
    const random = randomFrom(cell)
    for (const prompt of prompts) {
      const lines = Array.from({ length: samples }, (_, sample) =>
        JSON.stringify(syntheticRollout(random, prompt, sample, "plain", 0.4 + 0.01 * cell)),
      )
      yield* writer.write(Buffer.from(`${lines.join("\n")}\n`))
    }
    return yield* writer.finish
  }).pipe(Effect.scoped)

const model = { provider: "embedded" as const, name: "SmolLM2-135M-Instruct", revision: "1" }

const evaluation = (transcripts: ArtifactRef, rollouts: number) =>
  Schema.encodeSync(EvaluationResult)({
    _tag: "Evaluation",
    personas: plain,
    rollouts,
    endings: [],
    refusals: [],
    failures: [{ by: "infrastructure", reason: "simulator: Timeout", count: Math.round(rollouts / 50) }],
    reward: null,
    transcripts,
    seconds: 30,
  })

const others: Readonly<Record<string, (part: SplitResult["test"]) => unknown>> = {
  Corpus: ({ conversations, count, users }) =>
    Schema.encodeSync(CorpusResult)({
      _tag: "Corpus",
      conversations,
      formats: ["understudy"],
      count,
      users,
      skipped: [],
    }),
  Split: (test) =>
    Schema.encodeSync(SplitResult)({
      _tag: "Split",
      preset: "default",
      simulator: test,
      assistant: test,
      validation: test,
      test,
      dropped: [],
      notes: [],
    }),
  RolePlay: () =>
    Schema.encodeSync(SimulatorResult)({
      _tag: "RolePlay",
      model,
      opening: "real",
      personas: plain,
      style: "plain",
      condition: "persona",
      prompt: "c".repeat(64),
    }),
  FineTuned: ({ conversations: state }) =>
    Schema.encodeSync(SimulatorResult)({
      _tag: "FineTuned",
      checkpoint: checkpoint(state),
      step: 2,
      opening: "real",
      condition: "persona",
      personas: plain,
      marker: "empty-turn",
      learningRates: [],
      evaluations: [],
      data: { conversations: 16, truncated: 0, sequences: 16, leftOut: [] },
      perplexity: { before: 60, after: 40, tokens: 2000 },
      ending: { before: 0.1, after: 0.4 },
      losses: [],
      seconds: 90,
    }),
  InitialAssistant: () => Schema.encodeSync(PolicyResult)({ _tag: "InitialAssistant", model }),
  TrainAssistant: ({ conversations: state }) =>
    Schema.encodeSync(PolicyResult)({ _tag: "Assistant", checkpoint: checkpoint(state), curve: [] }),
}

const checkpoint = (state: ArtifactRef) => ({ base: model, identity: "b".repeat(64), rank: 8, seed: 0, state })
