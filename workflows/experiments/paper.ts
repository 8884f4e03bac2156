/**
 * The paper's question (arXiv 2605.09808): which simulated user trains the better assistant? Every policy is trained
 * against every simulator, over seeds, and every assistant meets every simulator, one of them held out from training.
 *
 *     npx understudy plan workflows/experiments/paper.ts --config workflows/experiments/paper.config.ts
 *     npx understudy run workflows/experiments/paper.ts --preset embedded
 *
 * Copy this file to make it yours: a simulator, a policy or a seed more is one entry, and what is already done stays done.
 */
import * as U from "understudy"

type Training = Parameters<typeof U.TrainAssistant>[0]
type Evaluation = Parameters<typeof U.Evaluate>[0]

export interface Options<RS, RP> {
  readonly split: U.Step.Step<U.Results.SplitResult, RP>
  /** What assistants are trained against, and evaluated with. */
  readonly simulators: Readonly<Record<string, U.Step.Step<U.Results.SimulatorResult, RS>>>
  /** What they are evaluated with besides. */
  readonly heldOut: Readonly<Record<string, U.Step.Step<U.Results.SimulatorResult, RS>>>
  readonly policies: Readonly<Record<string, Training["base"]>>
  /** How they are trained. One is the paper's; an ablation has more. */
  readonly methods: Readonly<Record<string, Pick<Training, "reward" | "recipe" | "select">>>
  readonly seeds: ReadonlyArray<number>
  readonly conversing: Training["conversing"]
  /** The same for all methods, whatever they were trained for. */
  readonly evaluation: Pick<Evaluation, "reward" | "prompts" | "samples">
}

export const study = <RS, RP>(name: string, options: Options<RS, RP>) => {
  const { split, simulators, heldOut, policies, methods, seeds, conversing, evaluation } = options
  const main = U.Grid.make({
    axes: { method: methods, simulator: simulators, policy: policies, seed: seeds },
    experiment: ({ method, policy: base, simulator, seed }) =>
      U.TrainAssistant({ split, base, simulator, seed, conversing, ...method }),
  })
  const columns = Object.entries({ ...simulators, ...heldOut }).map(([simulator, step]) => {
    return { simulator, step, heldOut: Object.hasOwn(heldOut, simulator) }
  })
  return U.Experiment.make(name, {
    grids: { main },
    collect: ({ main }) => {
      const initial = Object.entries(policies).map(
        ([label, model]) => [`initial ${label}`, U.InitialAssistant({ model })] as const,
      )
      const trained = U.Grid.steps(main)
      const assistants = { ...Object.fromEntries(initial), ...trained }
      const matrix = U.crossMatrix({ split, assistants, columns, settings: { conversing, ...evaluation } })
      const trainedWith = Object.fromEntries(
        Object.keys(trained).map((label, i) => [label, main.cells[i]!.labels.simulator]),
      )
      const replicates = U.replicates(main)
      const everyone = { ...simulators, ...heldOut }
      const question = "Which simulated user trains the assistant that does best with all of them?"
      const labelled = { simulators: everyone, assistants, trainedWith, replicates }
      return [U.Report({ title: name, question, split, ...labelled, matrix })]
    },
  })
}

/** A model of 135 million parameters on a CPU: it shows that everything works, and that training raises the reward. */
export const embedded = () => {
  const base = U.Model.embedded
  const shares = { simulator: 0.5, assistant: 0.2, validation: 0.05, test: 0.25 }
  const split = U.Split({ corpus: U.embeddedCorpus(), shares })
  const reward = U.Reward.checklist(
    [
      { kind: "ends-with-punctuation" },
      { kind: "words", min: 4, max: 24 },
      { kind: "addresses-user" },
      { kind: "no-repetition" },
    ],
    { own: false },
  )
  return {
    split,
    simulators: {
      "role-play": U.RolePlay({ model: base }),
      "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: U.Sft.embedded }),
    },
    heldOut: { hurried: U.RolePlay({ model: base, personas: U.Personas.hurried }) },
    policies: { "SmolLM2-135M": base },
    methods: { GRPO: { recipe: U.Grpo.embedded, reward: U.Reward.turns(reward) } },
    seeds: [1, 2, 3],
    // Everybody stays for both turns, so that rewards that are summed over turns can be compared.
    conversing: { ...U.embeddedConversing, ends: "limit" },
    evaluation: { reward, prompts: 24 },
  } as const
}

/**
 * The paper's grid on its models and judges, by the nearest that servers of the Tinker protocol can do: `Grpo.paperApprox`
 * names what differs. The paper has one seed; three can tell a method from a run.
 */
export const paper = () => {
  const chat = U.Model.openai
  // As many first turns as are trained on; intents are written for these alone.
  const whole = U.Split({
    corpus: U.wildchat(),
    preset: "lab",
    most: { assistant: 12_800, validation: 500, test: 1000 },
  })
  const split = U.Intents({
    split: whole,
    model: chat("Qwen/Qwen3-32B"),
    recipe: U.labIntents,
    parts: ["assistant", "validation", "test"],
  })
  const prompted = chat("Qwen/Qwen2.5-14B-Instruct")
  const released = (name: string) => U.ServedSimulator({ model: chat(`jjssuh/${name}`) })
  const reward = U.Reward.rubric([chat("mistralai/Mistral-Small-3.1-24B-Instruct-2503"), chat("Qwen/Qwen3-32B")])
  const trainable = (name: string) => U.Model.trainable(name)
  return {
    split,
    simulators: {
      RPUser1: U.RolePlay({ model: prompted, opening: "generated" }),
      RPUser2: U.RolePlay({ model: prompted }),
      RPUser3: U.RolePlay({ model: prompted, personas: U.Personas.paper }),
      "SFTUser-14B": released("sftuser-base-Qwen2.5-14B-Instruct"),
    },
    heldOut: { "SFTUser-WC-4.8M": released("sftuser2-base-Qwen2.5-14B-Instruct") },
    policies: {
      "Qwen2.5-1.5B": trainable("Qwen/Qwen2.5-1.5B-Instruct"),
      "Qwen2.5-3B": trainable("Qwen/Qwen2.5-3B-Instruct"),
      "Qwen2.5-7B": trainable("Qwen/Qwen2.5-7B-Instruct"),
      "Llama-3.2-3B": trainable("meta-llama/Llama-3.2-3B-Instruct"),
    },
    methods: { GRPO: { recipe: U.Grpo.paperApprox, reward, select: U.Checkpoint.oneStandardError } },
    seeds: [1, 2, 3],
    conversing: U.paperConversing,
    // The paper takes the whole test part; a thousand prompts tell a hundredth of the scale apart.
    evaluation: { reward, prompts: 1000 },
  } as const
}

const whole = paper()
const { "Qwen2.5-3B": main } = whole.policies

export const presets = {
  /** The main table's policy alone. */
  "3B": study("paper-3b", { ...whole, policies: { "Qwen2.5-3B": main } }),
  embedded: study("paper-embedded", embedded()),
}

export default study("paper", whole)
