/** The shards of a fidelity step: batches of conversations that are scored, opened and read. */
import { Clock, Effect, Either, Schema, Stream } from "effect"
import { countsOf } from "../../layers/evaluation/fidelity/countsOf.ts"
import { firstTurnDiversity } from "../../layers/evaluation/fidelity/firstTurns.ts"
import { Talk, UserScore } from "../../layers/evaluation/fidelity/rows.ts"
import { scoreUser } from "../../layers/evaluation/fidelity/scoreUser.ts"
import { humanTalk, simulatedTalk } from "../../layers/evaluation/fidelity/talks.ts"
import { lengthsOf, wasserstein, wordCount } from "../../layers/evaluation/fidelity/turnLengths.ts"
import { personaOf } from "../../layers/generation/personas.ts"
import { writeOpening } from "../../layers/generation/writeOpening.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { fromCheckpoint } from "../../layers/training/Policy.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { Openings } from "../../src/domain/Fidelity.ts"
import { Dropped, FailureCount } from "../../src/domain/Results.ts"
import type { SimulatorResult } from "../../src/domain/Results.ts"
import { castUser, personasOf } from "./casting.ts"
import { userSampling, usable } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { conversations, lines, rollouts } from "./conversations.ts"
import { outcomesOf } from "./counts.ts"
import { drawConversations } from "./drawConversations.ts"
import { asStageFailure } from "./failures.ts"
import { refuseMissing, trialFailureShare } from "./missing.ts"

export const userScores = lines(UserScore)
export const talks = lines(Talk)

const Batches = Schema.Array(ArtifactRef)

/** Conversations in one shard. */
const batchSize = 50

/** Conversations of the part in batches: those to be scored, and those that openings are written for. */
export const Drawn = Schema.Struct({ scored: Batches, openings: Batches })

/** Openings are compared where the simulation's own come from: among those that fit `conversing.maxOpening`. */
export const drawBatches = Effect.fnUntraced(function* (
  part: ArtifactRef,
  conversing: Conversing,
  { conversations: scored, openings, seed }: { conversations: number; openings: number; seed: number },
) {
  const drawn = (limit: number, fits: (one: Conversation) => boolean) =>
    Effect.flatMap(drawConversations(part, limit, [seed, "fidelity"], fits), (all) =>
      Effect.forEach(
        all.flatMap((_, at) => (at % batchSize === 0 ? [at] : [])),
        (start) => conversations.write(all.slice(start, start + batchSize)),
      ),
    )
  return {
    scored: yield* drawn(scored, () => true),
    openings: yield* drawn(openings, (one) => usable([one], conversing).length > 0),
  }
})

/** Why the words of others can't be scored under a simulator; null where they can. */
export const noLikelihood = (simulator: SimulatorResult): string | null => {
  switch (simulator._tag) {
    case "FineTuned":
      return null
    case "RolePlay":
      return simulator.style === "plain"
        ? null
        : "it answers in JSON behind an endpoint that gives no log-probabilities of given text"
    case "ServedSimulator":
      return "it is behind an endpoint that gives no log-probabilities of given text"
    case "CustomSimulator":
      return "the experiment defines it, and it answers in text"
  }
}

export const Scored = Schema.Struct({ rows: ArtifactRef, leftOut: Dropped, seconds: Schema.Number })

export const scoreBatch = Effect.fnUntraced(function* (
  batch: ArtifactRef,
  simulator: SimulatorResult,
  { maxTokens, seed, step }: { readonly maxTokens: number; readonly seed: number; readonly step: string },
) {
  const began = yield* Clock.currentTimeMillis
  const policies = yield* Policies
  const personas = personasOf(simulator, undefined)
  const { model, condition } = yield* asStageFailure(scorer(policies, simulator))
  const caller = { role: "simulator", step } as const
  const found = yield* Effect.forEach(
    yield* conversations.read(batch),
    (one) => scoreUser(model, one, { condition, persona: personaOf(personas, seed, one.id), maxTokens, caller }),
    { concurrency: "unbounded" },
  ).pipe(asStageFailure)
  const reasons = found.filter(Either.isLeft).map(({ left }) => left)
  return {
    rows: yield* userScores.write(found.filter(Either.isRight).map(({ right }) => right)),
    leftOut: countsOf(reasons),
    seconds: ((yield* Clock.currentTimeMillis) - began) / 1000,
  }
})

const scorer = (policies: typeof Policies.Service, simulator: SimulatorResult) =>
  simulator._tag === "FineTuned"
    ? Effect.map(policies.model(fromCheckpoint(simulator.checkpoint)), (model) => ({
        model,
        condition: simulator.condition,
      }))
    : simulator._tag === "RolePlay"
      ? Effect.map(policies.base(simulator.model), (model) => ({ model, condition: simulator.condition }))
      : Effect.dieMessage("only models that are reached in tokens score text")

/** Rows of all batches, with what was left out; the user turns cut off long conversations are among it. */
export const joinScores = Effect.fnUntraced(function* (batches: ReadonlyArray<typeof Scored.Type>, maxTokens: number) {
  const records = (yield* Effect.forEach(batches, ({ rows }) => userScores.read(rows))).flat()
  const cut = records.reduce((sum, one) => sum + one.cut, 0)
  const leftOut = countsOf(
    batches.flatMap((batch) => batch.leftOut.flatMap(({ reason, count }) => Array<string>(count).fill(reason))),
  ).map(({ reason, count }) => ({ reason: `conversations: ${reason}`, count }))
  return {
    records,
    leftOut: [...leftOut, ...(cut === 0 ? [] : [{ reason: `user turns beyond ${maxTokens} tokens`, count: cut }])],
  }
})

export const Written = Schema.Struct({
  rows: ArtifactRef,
  rollouts: Schema.Int,
  failures: Schema.Array(FailureCount),
  seconds: Schema.Number,
})

export const writeOpenings = Effect.fnUntraced(function* (
  batch: ArtifactRef,
  simulator: SimulatorResult,
  {
    conversing,
    seed,
    step,
    maxFailureShare,
    trial,
  }: {
    readonly conversing: Conversing
    readonly seed: number
    readonly step: string
    readonly maxFailureShare: number
    /** The first batch, which tells whether the others are asked for. */
    readonly trial: boolean
  },
) {
  const began = yield* Clock.currentTimeMillis
  const cast = yield* asStageFailure(castUser(simulator, { sampling: userSampling(conversing), seed, step }))
  const { guardrails } = conversing
  const records = yield* Effect.forEach(
    yield* conversations.read(batch),
    (prompt) => writeOpening(cast.of(prompt), prompt, { guardrails, seed }),
    { concurrency: "unbounded" },
  ).pipe(asStageFailure)
  const { rollouts: count, failures } = outcomesOf(records)
  if (trial) yield* refuseMissing({ rollouts: count, failures }, Math.max(trialFailureShare, maxFailureShare))
  return {
    rollouts: count,
    failures,
    rows: yield* rollouts.write(records),
    seconds: ((yield* Clock.currentTimeMillis) - began) / 1000,
  }
})

/** Openings that were written beside those of the same conversations' real users. */
export const compareOpenings = Effect.fnUntraced(function* (
  written: ReadonlyArray<ArtifactRef>,
  drawn: ReadonlyArray<ArtifactRef>,
  seed: number,
) {
  const records = (yield* Effect.forEach(written, (ref) => rollouts.read(ref))).flat()
  const people = (yield* Effect.forEach(drawn, (ref) => conversations.read(ref))).flat()
  const opened = new Set(records.flatMap(({ prompt, messages }) => (messages.length === 0 ? [] : [prompt])))
  const simulated = records.flatMap(({ messages }) => messages.map(({ content }) => content))
  const human = people.flatMap(({ id, messages }) => (opened.has(id) ? (messages[0]?.content ?? []) : []))
  const words = { simulated: simulated.map(wordCount), human: human.map(wordCount) }
  const { refusals, failures } = outcomesOf(records)
  return Openings.make({
    asked: records.length,
    written: simulated.length,
    simulated: firstTurnDiversity(simulated, { seed }),
    human: firstTurnDiversity(human, { seed }),
    lengths: {
      simulated: lengthsOf(words.simulated),
      human: lengthsOf(words.human),
      distance: wasserstein(words.simulated, words.human),
    },
    refusals,
    failures,
  })
})

/** The user's side of every simulated conversation and of the real ones whose openings or intents they took. */
export const readTalks = Effect.fnUntraced(function* (part: ArtifactRef, transcripts: ArtifactRef) {
  const prompts = new Set<string>()
  yield* Stream.runForEach(rollouts.stream(transcripts), ({ prompt }) => Effect.sync(() => prompts.add(prompt)))
  const intents = new Map<string, string | undefined>()
  const found: Array<Talk> = []
  yield* Stream.runForEach(conversations.stream(part), (one) =>
    Effect.sync(() => {
      if (!prompts.has(one.id)) return
      intents.set(one.id, one.intent)
      found.push(humanTalk(one))
    }),
  )
  yield* Stream.runForEach(rollouts.stream(transcripts), (one) =>
    Effect.sync(() => found.push(simulatedTalk(one, intents.get(one.prompt)))),
  )
  // Both sides in one order: resampling then draws the same conversations from each.
  return found.sort((a, b) => (a.prompt < b.prompt ? -1 : a.prompt > b.prompt ? 1 : a.sample - b.sample))
})
