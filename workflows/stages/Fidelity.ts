/**
 * A simulator beside the real users of held-out conversations: how surprised its model is by what they wrote, how
 * different the first turns are that it writes, and how its conversations compare with theirs.
 */
import { Clock, Effect, Schema } from "effect"
import { likelihoodOf } from "../../layers/evaluation/fidelity/likelihood.ts"
import { endingsOf, laterLengths, overlapOf } from "../../layers/evaluation/fidelity/talks.ts"
import { FidelityResult } from "../../src/domain/Fidelity.ts"
import type { Dropped } from "../../src/domain/Results.ts"
import { SimulationResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { Conversing } from "./Conversing.ts"
import { rollouts } from "./conversations.ts"
import { fidelityDemands } from "./fidelityDemands.ts"
import { MaxFailureShare, refuseMissing } from "./missing.ts"
import * as parts from "./fidelityParts.ts"
import { Simulate } from "./Simulate.ts"
import { expectedIn } from "./splitShares.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Fidelity = Stage.make({
  name: "Fidelity",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    simulator: Step.of(SimulatorResult),
    /** Its conversations on the test part, as `Simulate` holds them. */
    simulation: Step.of(SimulationResult),
    /** As in the simulation: how openings are drawn, and the turns at which conversations end. */
    conversing: Conversing,
    /** Test conversations whose user turns are scored, at most, and first turns that are written. */
    conversations: positive,
    openings: positive,
    /** Of the context in which user turns are scored; longer conversations are cut after a user turn. */
    maxTokens: positive.pipe(Schema.optionalWith({ default: () => 4096 })),
    /** Share of openings that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: FidelityResult,
  check: ({ simulator, simulation: { stage, input }, conversing }) => {
    if (stage !== Simulate) return undefined
    if (input["simulator"] !== simulator) return "`simulation` is of another simulator than `simulator`"
    if (input["part"] !== "test") return 'real users are those of the test part: simulate with part: "test"'
    if (input["persona"] !== undefined)
      return "the simulation has personas in place of the simulator's own: leave them out"
    const { turns } = input["conversing"] as Conversing
    return turns === conversing.turns
      ? undefined
      : `conversing.turns is ${conversing.turns} and the simulation's is ${turns}: endings can't be compared`
  },
  run: ({ split, simulator, simulation, conversing, maxTokens, seed, maxFailureShare, ...counts }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const part = split.test.conversations
      const drawn = yield* Shard.once("draw", parts.Drawn, parts.drawBatches(part, conversing, { ...counts, seed }))
      const reason = parts.noLikelihood(simulator)
      const scored = yield* Effect.forEach(
        reason === null ? drawn.scored : [],
        (batch, i) =>
          Shard.once(`scores/${i}`, parts.Scored, parts.scoreBatch(batch, simulator, { maxTokens, seed, step })),
        { concurrency: 4 },
      )
      const opening = { conversing, seed, step, maxFailureShare }
      const written = yield* Effect.forEach(
        drawn.openings,
        (batch, i) =>
          Shard.once(
            `openings/${i}`,
            parts.Written,
            parts.writeOpenings(batch, simulator, { ...opening, trial: i === 0 }),
          ),
        { concurrency: 4 },
      )
      const compare = Effect.gen(function* () {
        const began = yield* Clock.currentTimeMillis
        const sum = written.reduce((total, { rollouts: count }) => total + count, 0)
        yield* refuseMissing({ rollouts: sum, failures: written.flatMap(({ failures }) => failures) }, maxFailureShare)
        const { records, leftOut } = yield* parts.joinScores(scored, maxTokens)
        const likelihood = likelihoodOf(records, leftOut)
        const openings = written.map(({ rows }) => rows)
        const talks = yield* parts.readTalks(part, simulation.transcripts)
        const before = [...scored, ...written].reduce((sum, { seconds }) => sum + seconds, 0)
        return FidelityResult.make({
          likelihood,
          noLikelihood: likelihood === null ? (reason ?? unscored(leftOut)) : null,
          openings: yield* parts.compareOpenings(openings, drawn.openings, seed),
          overlap: overlapOf(talks),
          lengths: laterLengths(talks),
          endings: endingsOf(talks, conversing.turns, simulation.endings),
          rows: {
            scores: likelihood === null ? null : yield* parts.userScores.write(records),
            openings: yield* rollouts.join(openings),
            talks: yield* parts.talks.write(talks),
          },
          seconds: before + ((yield* Clock.currentTimeMillis) - began) / 1000,
        })
      })
      return yield* Shard.once("compare", FidelityResult, compare)
    }),
  estimate: ({ split, simulator, conversing, conversations, openings, maxTokens }, sizeOf) => {
    const most = (count: number) => Math.min(count, Math.max(1, expectedIn(split, ["test"], sizeOf(split))))
    const counts = { conversations: most(conversations), openings: most(openings) }
    return { size: 1, demands: fidelityDemands(simulator, conversing, { ...counts, maxTokens }) }
  },
})

const unscored = (leftOut: Dropped) =>
  `no conversation could be scored: ${leftOut.map(({ reason, count }) => `${reason} (${count})`).join(", ")}`
