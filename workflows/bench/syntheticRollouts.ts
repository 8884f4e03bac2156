/** Made-up conversations, the same for the same seed: for measuring, not for reading. */
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { Rollout, Turn } from "../../src/domain/Rollout.ts"
import { randomFrom } from "../../src/domain/Seed.ts"
import type { Generator } from "../../src/domain/Seed.ts"

/** Each user has so many of them, in their order. */
export const syntheticPrompts = (count: number, byUser: number): ReadonlyArray<Conversation> => {
  const random = randomFrom(1)
  return Array.from({ length: count }, (_, i) => ({
    id: `prompt-${String(i).padStart(5, "0")}`,
    user: `user ${Math.floor(i / byUser)}`,
    messages: [
      { role: "user", content: words(random, 24) },
      { role: "assistant", content: words(random, 60) },
      { role: "user", content: words(random, 12) },
    ],
  }))
}

/** Of three exchanges, tokens with log-probabilities included; about 5 kB. 2% have no verdict. */
export const syntheticRollout = (
  random: Generator,
  { id, messages }: Conversation,
  sample: number,
  persona: string,
  skill: number,
): Rollout => {
  const missing = random.next() < 0.02
  const reward = Math.min(1, Math.max(0, skill + 0.5 * (random.next() - 0.5)))
  const contents = [
    messages[0]?.content ?? "",
    ...Array.from({ length: 5 }, (_, at) => words(random, at % 2 === 0 ? 30 : 12)),
  ]
  const turns = contents.map((content, at): Turn => {
    const tokens = content.split(" ").map(() => random.int(49_000))
    return at === 0
      ? { model: null, key: null, seed: null, attempts: 0 }
      : {
          model: hex(random),
          key: hex(random),
          seed: random.int(2 ** 31),
          attempts: 0,
          finish: "stop",
          tokens,
          logprobs: tokens.map(() => -Math.round(random.next() * 40) / 8),
        }
  })
  return {
    prompt: id,
    sample,
    persona,
    messages: contents.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content })),
    turns,
    ending: missing ? "simulator-outage" : random.next() < 0.4 ? "goodbye" : "turn-limit",
    closing: null,
    refusals: [],
    verdict: missing
      ? null
      : {
          reward,
          checks: [
            { check: "words", passed: reward > 0.5, reason: "30 of at most 24 words" },
            { check: "addresses-user", passed: true, reason: "it says you" },
          ],
          measures: {
            checklist: reward,
            copying: random.next() / 5,
            repetition: random.next() / 9,
            fluency: -2 - random.next(),
          },
        },
    failure: missing ? { by: "infrastructure", reason: "simulator: Timeout" } : null,
    calls: turns.flatMap(({ key }) => (key === null ? [] : [key])),
  }
}

const words = (random: Generator, count: number) =>
  Array.from({ length: count }, () => random.choice(vocabulary)).join(" ")

const vocabulary =
  "the a of and to in it you that for on with as this can how what do my is are was be not have they we or one had but all were when there an your which their if will each about up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people made over did down only way find use may water long little very after words called just where most know".split(
    " ",
  )

const hex = (random: Generator) =>
  Array.from({ length: 8 }, () =>
    random
      .int(2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("")
