/** Made-up results with all that a report can tell of assistants: seeds, contrasts, repeated rollouts, several judges. */
import type { ReportInputs } from "../../../../layers/evaluation/report/ReportInputs.ts"
import { assistants as few, cell, heldOut, rollout, simulators as two, trained } from "./reportInputs.ts"

const simulators = { ...two, third: { ...two["role-play"]! } }
const arms = Object.keys(simulators)
const seeds = ["1", "2"]
const label = (arm: string, seed: string) => `${arm}, seed ${seed}`
const runs = arms.flatMap((arm) => seeds.map((seed) => ({ arm, seed, assistant: label(arm, seed) })))

const judged = (prompt: string, sample: number, at: number, i: number) => {
  const made = { ...rollout(prompt, at === 1 && i === 5 && sample === 0 ? null : 0.3 + 0.05 * at + 0.01 * i), sample }
  if (made.verdict === null) return made
  const scores = { "score of mild": 6 + (i % 4), "score of strict": 2 + (i % 4) + sample }
  return { ...made, verdict: { ...made.verdict, measures: { ...made.verdict.measures, ...scores } } }
}

/** Seven assistants with three simulators, 32 conversations each; one of them has no verdict. */
export const richInputs: ReportInputs = {
  title: "Three simulators, two seeds",
  simulators,
  assistants: {
    initial: few["initial"]!,
    ...Object.fromEntries(runs.map(({ assistant }) => [assistant, trained(assistant)])),
  },
  replicates: Object.fromEntries(runs.map(({ arm, seed, assistant }) => [assistant, { seed, labels: { arm } }])),
  contrasts: [{ assistant: label("role-play", "1"), against: label("fine-tuned", "1") }],
  success: 0.5,
  byConversation: true,
  matrix: ["initial", ...runs.map(({ assistant }) => assistant)].flatMap((assistant, at) =>
    arms.map((simulator) =>
      cell(
        { assistant, simulator, persona: "busy", heldOut: false },
        heldOut.flatMap(({ id }, i) => [0, 1].map((sample) => judged(id, sample, at, i))),
      ),
    ),
  ),
  heldOut,
}
