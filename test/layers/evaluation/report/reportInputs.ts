/** Made-up results: two assistants of one model, two simulators, one persona and a held-out one. */
import type { ReportCell, ReportInputs } from "../../../../layers/evaluation/report/ReportInputs.ts"
import { plain } from "../../../../layers/generation/personas.ts"
import { Sha256 } from "../../../../src/domain/Artifact.ts"
import type { Conversation, Message } from "../../../../src/domain/Conversation.ts"
import type { AssistantResult, PolicyResult, SimulatorResult } from "../../../../src/domain/Results.ts"
import type { Rollout } from "../../../../src/domain/Rollout.ts"
import { deriveSeed, randomFrom } from "../../../../src/domain/Seed.ts"

const artifact = { sha256: Sha256.make("a".repeat(64)), bytes: 1 }
export const model = { provider: "embedded", name: "SmolLM2-135M-Instruct", revision: "12fd25f" } as const
const checkpoint = { base: model, identity: "b".repeat(64), rank: 8, seed: 0, state: artifact }
const seconds = { sampling: 21, training: 16, saving: 0.7 }
const noise = (...parts: ReadonlyArray<string | number>) => randomFrom(deriveSeed(parts)).next()

export const simulators: Readonly<Record<string, SimulatorResult>> = {
  "role-play": {
    _tag: "RolePlay",
    model,
    opening: "real",
    personas: plain,
    style: "plain",
    condition: "persona",
    prompt: "c".repeat(64),
  },
  "fine-tuned": {
    _tag: "FineTuned",
    checkpoint,
    step: 2,
    opening: "real",
    condition: "persona",
    personas: plain,
    marker: "empty-turn",
    learningRates: [1e-3, 1e-3],
    evaluations: [],
    data: { conversations: 16, truncated: 0, sequences: 16, leftOut: [] },
    perplexity: { before: 63.4, after: 46.7, tokens: 2113 },
    ending: { before: 0.000008, after: 0.47 },
    losses: [4.1, 3.9],
    seconds: 89,
  },
}

export const trained = (label: string): AssistantResult => ({
  _tag: "Assistant",
  checkpoint,
  curve: Array.from({ length: 8 }, (_, index) => ({
    index,
    identity: `${index}`,
    reward: Math.min(0.45 + 0.05 * index + 0.06 * noise("curve", label, index), 1),
    measures: { checklist: 0.5 + 0.05 * index, copying: 0.08 + 0.01 * index, fluency: -2.4 - 0.1 * index },
    kl: 0.012 * index * (1 + noise("kl", label, index)),
    rollouts: 16,
    endings: [{ ending: "turn-limit", count: 16 }],
    refusals: index === 2 ? [{ reason: "empty", count: 3 }] : [],
    groups: 2,
    failures: index === 3 ? [{ by: "infrastructure" as const, reason: "judge: Timeout", count: 1 }] : [],
    transcripts: artifact,
    state: artifact,
    seconds,
  })),
})

export const assistants: Readonly<Record<string, PolicyResult>> = {
  initial: { _tag: "InitialAssistant", model },
  "role-play": trained("role-play"),
  "fine-tuned": trained("fine-tuned"),
}

export const rollout = (prompt: string, reward: number | null, messages?: ReadonlyArray<Message>): Rollout => ({
  prompt,
  sample: 0,
  persona: "busy",
  turns: [],
  closing: null,
  refusals: [],
  messages: messages ?? [
    { role: "user", content: `How do I plan ${prompt}? I have two days and little money.` },
    { role: "assistant", content: "Start with a list of what you need, then ask: what can wait?" },
    { role: "user", content: "ok thx, and what about the food for 8 people" },
    { role: "assistant", content: "Ask each guest to bring one dish. What do they like?" },
  ],
  ending: reward === null ? "simulator-outage" : noise("end", prompt) > 0.4 ? "turn-limit" : "goodbye",
  verdict:
    reward === null
      ? null
      : {
          reward,
          checks: [
            { check: "ends-with-question", passed: reward > 0.5, reason: "the last sentence has a question mark" },
            { check: "max-words", passed: true, reason: "12 of at most 30 words" },
          ],
          measures: { checklist: Math.min(reward + 0.1, 1), copying: reward / 5, repetition: 0.02, fluency: -2.6 },
        },
  failure: reward === null ? { by: "infrastructure", reason: "simulator: Timeout" } : null,
  calls: [],
})

export const cell = (where: Omit<ReportCell, "result" | "rollouts">, rollouts: ReadonlyArray<Rollout>): ReportCell => ({
  ...where,
  rollouts,
  result: {
    _tag: "Evaluation",
    personas: { name: where.persona, description: "You are busy and write short messages.", rules: [], weight: 1 },
    rollouts: rollouts.length,
    endings: [],
    refusals: [{ reason: "repeats an earlier turn", count: 2 }],
    reward: null,
    failures: rollouts.some(({ verdict }) => verdict === null)
      ? [{ by: "infrastructure", reason: "simulator: Timeout", count: 1 }]
      : [],
    transcripts: artifact,
    seconds: 28,
  },
})

const gainOf: Readonly<Record<string, number>> = { initial: 0, "role-play": 0.32, "fine-tuned": 0.24 }

export const heldOut: ReadonlyArray<Conversation> = Array.from({ length: 16 }, (_, i) => ({
  id: `prompt ${i}`,
  user: `user ${i % 9}`,
  messages: [
    { role: "user", content: "How do I plan it?" },
    { role: "assistant", content: "Step by step." },
    { role: "user", content: "and which step is first ".repeat(1 + (i % 4)) },
  ],
}))

export const reportInputs: ReportInputs = {
  title: "Demo: two simulators, one small model",
  simulators,
  assistants,
  matrix: Object.keys(assistants).flatMap((assistant) =>
    Object.keys(simulators).flatMap((simulator) =>
      [
        { persona: "busy", heldOut: false },
        { persona: "curious", heldOut: true },
      ].map(({ persona, heldOut: held }) =>
        cell(
          { assistant, simulator, persona, heldOut: held },
          heldOut.map(({ id }, i) =>
            rollout(
              id,
              i === 5 && assistant === "role-play" && simulator === "fine-tuned" && held
                ? null
                : Math.min(
                    0.25 + 0.35 * noise(id, simulator) + 0.1 * noise(id, assistant, persona) + (gainOf[assistant] ?? 0),
                    1,
                  ),
            ),
          ),
        ),
      ),
    ),
  ),
  heldOut,
}
