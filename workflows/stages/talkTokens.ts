/**
 * Tokens that calls read of a conversation, turn by turn: each reads all that was said before it. A token is about four
 * characters.
 */
import type { Estimate } from "../../src/index.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { isRemote } from "./casting.ts"
import type { Conversing } from "./Conversing.ts"

export interface Talk {
  readonly conversing: Conversing
  /** Whether the simulator writes the opening too. */
  readonly opens?: boolean | undefined
}

/** Each function gives the tokens over all of some replies, which count from 1. Nothing said is longer than allowed. */
export const talkTokens = ({ conversing, opens = false }: Talk) => {
  const { maxTokens, assistantTokens = maxTokens, conversationTokens = Infinity, maxOpening, system } = conversing
  const saying = (share: number, opening: number) => (replies: number, turns: number) => {
    const said = opening + replies * share * assistantTokens + turns * share * maxTokens
    return Math.min(said + (1 + replies + turns) * frame, conversationTokens)
  }
  const expected = saying(usualShare, opens ? usualShare * maxTokens : Math.min(usualOpening, maxOpening / 8))
  // No token has less than a character, or hardly any.
  const high = saying(1, opens ? maxTokens : maxOpening)
  const read =
    (repliesRead: (reply: number) => number, above: number) =>
    (replies: ReadonlyArray<number>): Estimate.Range => {
      const over = (said: typeof expected) =>
        replies.reduce((sum, reply) => sum + above + said(repliesRead(reply), reply - 1), 0)
      return { low: replies.length === 0 ? 0 : shortest, expected: over(expected), high: over(high) }
    }
  const line = system === undefined ? 0 : system.length / 4 + frame
  return {
    /** What the assistant reads before each reply. */
    before: read((reply) => reply - 1, line),
    /** That and the reply: what is scored under the initial model, and trained on. */
    sequence: read((reply) => reply, line),
    /** The conversation up to each reply, which users go on from and judges read. */
    upTo: read((reply) => reply, 0),
  }
}

/** What a simulator's model is told before the conversation: how to play its role, or a line with an intent. */
export const toldTokens = (model: ModelSpec): number => (isRemote(model) ? 300 : 50)

/** Of the tokens that a turn may have, those that it is expected to have. */
export const usualShare = 0.8

/** 1, 2 and so on. */
export const repliesTo = (last: number): ReadonlyArray<number> => Array.from({ length: last }, (_, i) => i + 1)

/** Of a real opening, where half of what `maxOpening` allows is not less. */
const usualOpening = 200

/** Of a prompt with a short opening alone. */
const shortest = 30

/** Around a message in a chat template. */
const frame = 4
