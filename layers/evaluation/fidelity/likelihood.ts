/**
 * How surprised a model is by what real users wrote (paper 3.4, 3.9): perplexity is exp(total nats / total tokens) of
 * the tokens of users' words, bits per byte the same nats over ln 2 and the UTF-8 bytes of the words. Ends of turns
 * stand for no byte and are counted apart. Conversations with more words weigh more.
 */
import type { Likelihood, Surprise } from "../../../src/domain/Fidelity.ts"
import type { Dropped } from "../../../src/domain/Results.ts"
import { Kind } from "../../training/SftFlip.ts"
import type { SftSample } from "../../training/SftFlip.ts"
import type { BootstrapOptions } from "../Bootstrap.ts"
import { ratioOf } from "./estimates.ts"
import type { UserScore } from "./rows.ts"

/** Nats of the user's words and of the ends of its turns. `logprobs[i]` is of `ids[i + 1]`, given what stands before. */
export const surpriseOf = ({ ids, kinds }: Pick<SftSample, "ids" | "kinds">, logprobs: ReadonlyArray<number>) => {
  const sum = (kind: Kind) =>
    ids.reduce((total, _, at) => (kinds[at] === kind ? total - (logprobs[at - 1] ?? Number.NaN) : total), 0)
  return { words: sum(Kind.content), ends: sum(Kind.end) }
}

/** How many of a sample's tokens are users' words. */
export const wordTokens = ({ kinds }: Pick<SftSample, "kinds">) => kinds.filter((kind) => kind === Kind.content).length

/** Null where nothing was scored. */
export const likelihoodOf = (
  scores: ReadonlyArray<UserScore>,
  leftOut: typeof Dropped.Type,
  options?: BootstrapOptions,
): Likelihood | null => {
  if (scores.length === 0) return null
  const told = scores.filter(({ withIntent }) => withIntent !== null)
  return {
    conversations: scores.length,
    turns: total(scores, ({ turns }) => turns),
    tokens: total(scores, ({ tokens }) => tokens),
    bytes: total(scores, ({ bytes }) => bytes),
    leftOut,
    withIntent: surprise(told, ({ withIntent }) => withIntent!, options),
    withoutIntent: surprise(scores, ({ withoutIntent }) => withoutIntent, options),
    difference: ratioOf(
      told.map(({ withIntent, withoutIntent, bytes }) => ({
        sum: withIntent!.words - withoutIntent.words,
        count: bytes,
      })),
      bits,
      options,
    ),
  }
}

const bits = (nats: number) => nats / Math.LN2

const surprise = (
  scores: ReadonlyArray<UserScore>,
  of: (score: UserScore) => UserScore["withoutIntent"],
  options: BootstrapOptions | undefined,
): Surprise | null => {
  const nats = (unit: (score: UserScore) => number) =>
    scores.map((score) => ({ sum: of(score).words, count: unit(score) }))
  const perplexity = ratioOf(
    nats(({ tokens }) => tokens),
    Math.exp,
    options,
  )
  const bitsPerByte = ratioOf(
    nats(({ bytes }) => bytes),
    bits,
    options,
  )
  if (perplexity === null || bitsPerByte === null) return null
  const all = total(scores, (score) => of(score).words + of(score).ends)
  const counted = total(scores, ({ tokens, turns }) => tokens + turns)
  return { perplexity, bitsPerByte, perplexityWithEnds: Math.exp(all / counted) }
}

const total = <A>(items: ReadonlyArray<A>, of: (item: A) => number) => items.reduce((sum, item) => sum + of(item), 0)
