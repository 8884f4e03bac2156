/** What iterations start from and are limited by. */
import { Effect, Schema } from "effect"
import type { RolledOut } from "../../layers/evaluation/rollOut.ts"
import type { AssistantSampling } from "../../layers/generation/TokenAssistant.ts"
import type { TokenModel } from "../../layers/llm/TokenModel.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { advance, fromCheckpoint, untrained } from "../../layers/training/Policy.ts"
import type { TrainingRequest } from "../../layers/training/Policy.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation, Message } from "../../src/domain/Conversation.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Checkpoint, Opening } from "../../src/domain/Results.ts"
import { lines } from "./conversations.ts"
import { assistantSampling } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"

/** The last saved state, null before any, and the requests of the iterations since, each a file. */
export interface Reached {
  readonly checkpoint: Checkpoint | null
  readonly unsaved: ReadonlyArray<ArtifactRef>
}

const numbers = Schema.Array(Schema.Number)
const Request = Schema.Struct({
  datums: Schema.Array(
    Schema.Struct({
      modelInput: numbers,
      targetTokens: numbers,
      mask: numbers,
      logprobs: Schema.optionalWith(numbers, { exact: true }),
      advantages: Schema.optionalWith(numbers, { exact: true }),
    }),
  ),
  loss: Schema.Union(
    Schema.Struct({ kind: Schema.Literal("cross_entropy", "importance_sampling") }),
    Schema.Struct({ kind: Schema.Literal("ppo", "cispo"), low: Schema.Number, high: Schema.Number }),
  ),
  adam: Schema.Struct({
    learningRate: Schema.Number,
    beta1: Schema.optionalWith(Schema.Number, { exact: true }),
    beta2: Schema.optionalWith(Schema.Number, { exact: true }),
    eps: Schema.optionalWith(Schema.Number, { exact: true }),
    weightDecay: Schema.optionalWith(Schema.Number, { exact: true }),
    gradClipNorm: Schema.optionalWith(Schema.Number, { exact: true }),
  }),
})

/** Training requests, one a line: with them the policy has the name again that its history gives it. */
export const requestFile = lines(Request as unknown as Schema.Schema<TrainingRequest, TrainingRequest>)

export const policyAt = Effect.fnUntraced(function* (
  base: ModelSpec,
  { rank }: Pick<GrpoRecipe, "rank">,
  seed: number,
  { checkpoint, unsaved }: Reached,
) {
  const requests = yield* Effect.forEach(unsaved, requestFile.read)
  return requests
    .flat()
    .reduce(advance, checkpoint === null ? untrained(base, { rank, seed }) : fromCheckpoint(checkpoint))
})

/** The lower limit holds. */
export const bounded = (
  conversing: Conversing,
  { turns, totalTokens }: NonNullable<GrpoRecipe["limits"]>,
): Conversing => {
  const { conversationTokens = Infinity } = conversing
  const total = Math.min(conversationTokens, totalTokens ?? Infinity)
  return {
    ...conversing,
    turns: Math.min(conversing.turns, turns ?? Infinity),
    ...(total === Infinity ? {} : { conversationTokens: total }),
  }
}

/** Of the policy, in training and on the validation part. */
export const policySampling = (
  { sampling }: Pick<GrpoRecipe, "sampling">,
  conversing: Conversing,
): AssistantSampling => {
  const { temperature = 1, topP = 1 } = sampling ?? {}
  return { ...assistantSampling(conversing), temperature, ...(topP === 1 ? {} : { topP }) }
}

interface Limited {
  readonly opening: Opening
  readonly system: string | undefined
  readonly promptTokens: number | undefined
}

/** Whether a prompt's real opening is short enough, as the assistant reads it. */
export const fitsIn = ({ opening, system, promptTokens }: Limited, { template }: Pick<TokenModel, "template">) => {
  const before: ReadonlyArray<Message> = system === undefined ? [] : [{ role: "system", content: system }]
  return ({ messages }: Conversation): boolean => {
    if (promptTokens === undefined || opening !== "real") return true
    const content = messages[0]?.content ?? ""
    return template.encode([...before, { role: "user", content }], "assistant").length <= promptTokens
  }
}

/** A rollout whose generated opening is too long is missing: the assistant is not to blame. */
export const withoutOverflow = (one: RolledOut, promptTokens: number | undefined): RolledOut => {
  const first = one.transitions[0]?.observation.length ?? 0
  if (promptTokens === undefined || first <= promptTokens) return one
  const failure = { by: "infrastructure", reason: `the opening has more than ${promptTokens} tokens` } as const
  return { ...one, rollout: { ...one.rollout, verdict: null, failure } }
}
