/**
 * Evaluates assistants that are there, training nothing: each talks to every simulator on held-out prompts, answers tasks
 * with checklists, and simulators are set beside the real users.
 *
 *     npx understudy plan workflows/experiments/evaluate.ts --config workflows/experiments/evaluate.config.ts
 *     npx understudy run workflows/experiments/evaluate.ts --preset embedded
 *
 * Copy this file to make it yours: an assistant, a simulator or a judge more is one entry, and what is done stays done.
 */
import * as U from "understudy"
import { study } from "./evaluateStudy.ts"
import { embedded as grid } from "./paper.ts"
import { simulators } from "./simulators.ts"

const split = U.Intents({
  split: U.Split({ corpus: U.wildchat(), preset: "lab" }),
  model: U.Model.openai("Qwen/Qwen3-32B"),
  recipe: U.labIntents,
  parts: ["test"],
})

const served = (name: string) => U.InitialAssistant({ model: U.Model.openai(name) })

/** The paper's initial assistant and those that were trained from it, as your own server names their checkpoints. */
export const assistants = {
  initial: served("Qwen/Qwen2.5-3B-Instruct"),
  "by-RPUser1": served("assistants/RPUser1"),
  "by-RPUser2": served("assistants/RPUser2"),
  "by-RPUser3": served("assistants/RPUser3"),
  "by-SFTUser": served("assistants/SFTUser"),
  // one more assistant here
}

/** None of their families graded a training of the paper. */
const judges = [
  { model: U.Model.openai("gpt-5-mini-2025-08-07"), heldOut: true },
  { model: U.Model.openai("gemini-2.5-flash"), heldOut: true },
  { model: U.Model.openai("claude-haiku-4-5-20251001"), heldOut: true },
] as const

export default study("evaluate", {
  question: "Which simulated user trained the assistant that does best, with simulators and on tasks?",
  split,
  assistants,
  training: {
    from: "initial",
    with: { "by-RPUser1": "RPUser1", "by-RPUser2": "RPUser2", "by-RPUser3": "RPUser3", "by-SFTUser": "SFTUser-14B" },
  },
  simulators,
  heldOut: ["SFTUser-WC-4.8M"],
  evaluating: {
    reward: U.Reward.rubric([
      U.Model.openai("mistralai/Mistral-Small-3.1-24B-Instruct-2503"),
      U.Model.openai("Qwen/Qwen3-32B"),
    ]),
    conversing: U.paperConversing,
    prompts: 500,
    samples: 2,
  },
  success: 0.7,
  wildbench: { tasks: U.wildBenchTasks(), judges, scorer: judges[0] },
  fidelity: {
    assistant: "initial",
    conversations: 1000,
    openings: 2000,
    replayed: 500,
    probed: 200,
    reviewed: { judge: judges[0].model, conversations: 200 },
  },
})

const base = U.Model.embedded

/** On the small model that comes with the trainer, which is no capable judge: its verdicts show that the path works. */
const small = {
  wildbench: {
    tasks: U.ownWildBenchTasks({ most: 12 }),
    judges: [{ model: base }],
    answering: { maxTokens: 64 },
  },
  fidelity: { assistant: "initial", conversations: 8, openings: 8, maxTokens: 384, replayed: 14, probed: 6 },
} as const

/** Nothing but the model itself. */
const embedded = study("evaluate-embedded", {
  ...small,
  split: U.Split({
    corpus: U.embeddedCorpus(),
    shares: { simulator: 0.45, assistant: 0.1, validation: 0.05, test: 0.4 },
    most: { test: 40 },
  }),
  assistants: { initial: U.InitialAssistant({ model: base }) },
  simulators: {
    RPUser2: U.RolePlay({ model: base }),
    RPUser3: U.RolePlay({ model: base, personas: U.Personas.paper }),
  },
  evaluating: {
    reward: U.Reward.checklist([{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }], { own: false }),
    conversing: { ...U.embeddedConversing, maxOpening: 300 },
    prompts: 8,
  },
})

/**
 * The checkpoints of `paper.ts --preset embedded`, one for each of its simulators. In a home where that ran they are
 * there and nothing is trained.
 */
const checkpoints = () => {
  const { split, simulators, heldOut, methods, conversing, evaluation } = grid()
  const training = { split, base, seed: 1, conversing, ...methods.GRPO }
  return study("evaluate-checkpoints", {
    ...small,
    question: "Do the two assistants differ from the model that they were trained from, and from each other?",
    split,
    assistants: {
      initial: U.InitialAssistant({ model: base }),
      "by-role-play": U.TrainAssistant({ ...training, simulator: simulators["role-play"] }),
      "by-fine-tuned": U.TrainAssistant({ ...training, simulator: simulators["fine-tuned"] }),
    },
    training: { from: "initial", with: { "by-role-play": "role-play", "by-fine-tuned": "fine-tuned" } },
    simulators: { ...simulators, ...heldOut },
    heldOut: Object.keys(heldOut),
    evaluating: { reward: evaluation.reward, conversing: U.embeddedConversing, prompts: 12, samples: 2 },
    success: 0.5,
  })
}

export const presets = { embedded, checkpoints: checkpoints() }
