/** What a report can and can't show, said plainly. */
import type { ReportData } from "./ReportData.ts"

/** The sentence that stands beside the answer. */
export const caveat = "Rewards are checklist satisfaction, not quality; simulators are not ranked by them."
const judged = "Rewards are what the judge model says, not what people would; simulators are not ranked by them."

export const caveatOf = (data: ReportData) => (isProgrammatic(data) ? caveat : judged)

export const canShow = (data: ReportData): ReadonlyArray<string> => [
  "Whether training changed what is rewarded: gains are paired by prompt, on prompts of users whom nothing was trained on.",
  "Whether the change carries over to simulators and personas that the assistant was not trained with.",
  ...(data.perplexity.length > 0
    ? ["Whether fine-tuning made a simulator's words more like those of held-out users: perplexity of their turns."]
    : []),
]

export const cantShow = (data: ReportData): ReadonlyArray<string> => [
  ...(isProgrammatic(data)
    ? [
        "Quality. The reward is checklist satisfaction: programmatic checks of form and content, less penalties for copying, repetition and unlikely words. A reply can satisfy them and be wrong or useless, so read the conversations.",
      ]
    : ["Quality as people see it. A judge model has tastes of its own, and training finds them."]),
  "Which simulator is better. Simulators are not ranked: an assistant scores differently with each because conversations differ, and a few prompts and seeds are far too few to tell simulators apart.",
  ...(data.assistants.some(({ model }) => /135M/i.test(model))
    ? [
        "What a capable model would do. A model of 135 million parameters answers in short, often wrong sentences, and its simulated users lose the thread: it shows that the whole path works on a real model, no more.",
      ]
    : []),
  (data.seedGains ?? []).some(({ seeds }) => seeds > 1)
    ? `What another training run would come to, from the intervals of single assistants: they resample ${data.bootstrap.cluster}s. "Across seeds" speaks of runs.`
    : `How results vary over training runs: each assistant was trained once, and intervals resample ${data.bootstrap.cluster}s, not runs.`,
]

/** Verdicts of a checklist carry a measure of that name. */
const isProgrammatic = ({ matrix }: ReportData) => matrix.some(({ metric }) => metric === "checklist")
