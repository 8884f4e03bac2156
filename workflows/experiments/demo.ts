/**
 * Which simulated user trains the better assistant? One small model is trained against a role-playing simulator and
 * against one fine-tuned on user turns; then every assistant meets every simulator, on prompts held out from both.
 *
 * Copy this file to make it yours. A seed, a persona or a simulator more is one entry in the marked line; what is
 * already done stays done.
 */
import * as U from "understudy"

export const study = (name: string, size = { sft: U.Sft.embedded, grpo: U.embeddedGrpo, prompts: 24 }) => {
  // Nobody whom the simulator was trained on is met by the assistant, and neither is met in the evaluation.
  const shares = { simulator: 0.5, assistant: 0.2, validation: 0.05, test: 0.25 }
  const split = U.Split({ corpus: U.embeddedCorpus(), shares })
  const base = U.Model.embedded
  const { plain, hurried } = U.Personas
  const conversing = U.embeddedConversing
  const reward = {
    _tag: "ChecklistReward" as const,
    own: false, // the corpus' own checklists ask for longer answers than this model gives
    checks: [
      { kind: "ends-with-punctuation" },
      { kind: "words", min: 4, max: 24 },
      { kind: "addresses-user" },
      { kind: "no-repetition" },
    ] as const,
  }

  const simulator = {
    "role-play": U.RolePlay({ model: base }),
    "fine-tuned": U.FineTuned({ split, base, condition: "persona", recipe: size.sft }),
    // one more simulator here
  }
  const main = U.Grid.make({
    axes: {
      simulator,
      model: { "SmolLM2-135M": base },
      persona: { plain }, // one more persona here
      seed: [1], // one more seed here
    },
    experiment: ({ model, ...cell }) =>
      U.TrainAssistant({ split, base: model, reward, conversing, recipe: size.grpo, ...cell }),
  })

  return U.Experiment.make(name, {
    grids: { main },
    collect: ({ main }) => {
      const assistants = { initial: U.InitialAssistant({ model: base }), ...U.Grid.steps(main) }
      const column = (name: keyof typeof simulator, persona: U.Persona, heldOut = false) => {
        return { simulator: name, persona, heldOut, step: simulator[name] }
      }
      const columns = [column("role-play", plain), column("fine-tuned", plain), column("role-play", hurried, true)]
      const settings = { reward, conversing, prompts: size.prompts }
      const matrix = U.crossMatrix({ split, assistants, columns, settings })
      const question =
        "Which simulated user trains the better assistant: one that is prompted, or one that is fine-tuned on what users wrote?"
      const replicates = U.replicates(main)
      return [U.Report({ title: name, question, split, simulators: simulator, assistants, replicates, matrix })]
    },
  })
}

export default study("demo")
