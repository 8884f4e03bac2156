/**
 * Whether a simulator stays a user when the assistant asks it to solve a question, and stays with what it wants when the
 * assistant proposes something else (paper 3.4). One turn each after the real openings of held-out conversations.
 */
import { Clock, Effect, Schema } from "effect"
import { keptShare, missingReasons, ProbedTurn, probeUser } from "../../layers/evaluation/fidelity/adherence.ts"
import { AdherenceResult } from "../../src/domain/Adherence.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { castUser } from "./casting.ts"
import { Conversing, userSampling, usable } from "./Conversing.ts"
import { conversations as corpusLines, lines } from "./conversations.ts"
import { failureCounts } from "./counts.ts"
import { drawConversations } from "./drawConversations.ts"
import { asStageFailure } from "./failures.ts"
import { MaxFailureShare, refuseMissing } from "./missing.ts"
import { modelOf } from "./rolloutDemands.ts"

const probed = lines(ProbedTurn)
const positive = Schema.Int.pipe(Schema.positive())

export const Adherence = Stage.make({
  name: "Adherence",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    simulator: Step.of(SimulatorResult),
    /** Sampling of the user's turns. */
    conversing: Conversing,
    /** Test conversations whose openings are used, at most: each is probed once for role and once for intent. */
    conversations: positive,
    /** Judges both; without one, role is judged by a match with the choices and intent is not asked for. */
    judge: Schema.optional(ModelSpec),
    /** Share of turns that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: AdherenceResult,
  run: ({ split, simulator, conversing, conversations, judge, maxFailureShare, seed }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const draw = Effect.gen(function* () {
        const drawn = yield* drawConversations(
          split.test.conversations,
          conversations,
          [seed, "adherence"],
          (one) => usable([one], conversing).length > 0,
        )
        const starts = drawn.flatMap((_, at) => (at % batchSize === 0 ? [at] : []))
        return yield* Effect.forEach(starts, (start) => corpusLines.write(drawn.slice(start, start + batchSize)))
      })
      const batches = yield* Shard.once("draw", Schema.Array(ArtifactRef), draw)
      const probe = Effect.fnUntraced(function* (batch: ArtifactRef, at: number) {
        const began = yield* Clock.currentTimeMillis
        const cast = yield* asStageFailure(castUser(simulator, { sampling: userSampling(conversing), seed, step }))
        const rows = yield* Effect.forEach(
          (yield* corpusLines.read(batch)).flatMap((conversation, i) => {
            const one = { ...cast.of(conversation), conversation, index: at * batchSize + i, judge, seed, step }
            return [probeUser("role", one), ...(judge === undefined ? [] : [probeUser("intent", one)])]
          }),
          (turn) => turn,
          { concurrency: "unbounded" },
        ).pipe(asStageFailure)
        return { rows: yield* probed.write(rows), seconds: ((yield* Clock.currentTimeMillis) - began) / 1000 }
      })
      const done = yield* Effect.forEach(batches, (batch, i) => Shard.once(`turns/${i}`, Probed, probe(batch, i)), {
        concurrency: 4,
      })
      const count = Effect.gen(function* () {
        const turns = (yield* Effect.forEach(done, ({ rows }) => probed.read(rows))).flat()
        const failures = failureCounts(
          turns.flatMap(({ said, failure, missing }) => [
            ...(failure === null ? [] : [{ ...failure, count: 1 }]),
            // A simulator that says nothing, however often it is asked, is no failure of the infrastructure.
            ...(missing === null || said === null
              ? []
              : [{ by: "infrastructure" as const, reason: missing, count: 1 }]),
          ]),
        )
        yield* refuseMissing({ rollouts: turns.length, failures }, maxFailureShare, "turns")
        return AdherenceResult.make({
          role: keptShare(turns.filter((turn) => turn.probe === "role")),
          roleBy: judge === undefined ? "choices" : "judge",
          intent: judge === undefined ? null : keptShare(turns.filter((turn) => turn.probe === "intent")),
          noIntent: judge === undefined ? "no judge was named" : null,
          failures,
          missing: missingReasons(turns),
          rows: yield* probed.join(done.map(({ rows }) => rows)),
          seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
        })
      })
      return yield* Shard.once("count", AdherenceResult, count)
    }),
  estimate: ({ simulator, conversing, conversations, judge }) => {
    const turns = (judge === undefined ? 1 : 2) * conversations
    const draws = conversing.guardrails.redraws + 1
    return {
      size: 1,
      demands: [
        {
          role: "simulator",
          model: modelOf(simulator),
          calls: { low: turns, expected: turns, high: turns * draws },
          promptTokens: { low: turns * 100, expected: turns * 600, high: turns * draws * 2000 },
          completionTokens: { low: 0, expected: turns * 60, high: turns * draws * conversing.maxTokens },
        },
        ...(judge === undefined
          ? []
          : [
              {
                role: "judge" as const,
                model: judge,
                calls: { low: 0, expected: turns, high: 3 * turns },
                promptTokens: { low: 0, expected: turns * 400, high: 3 * turns * (2000 + conversing.maxTokens) },
                completionTokens: Estimate.scale({ low: 0, expected: 60, high: 3 * 1024 }, turns),
              },
            ]),
      ],
    }
  },
})

const Probed = Schema.Struct({ rows: ArtifactRef, seconds: Schema.Number })

/** Conversations in one shard. */
const batchSize = 50
