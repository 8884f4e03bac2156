/**
 * Our own share of a GRPO step on the embedded trainer. Two shares are taken, and the larger one is the value:
 *
 * - waiting: wall time in which no request to the trainer was under way, such as a wave of samples that waits to be
 *   full, the state being packed and stored, the journal and the engine;
 * - work: processor time of this process, which the trainer lacks on a machine that it fills.
 *
 * Against the wall time of the step.
 */
import { Effect } from "effect"
import * as Personas from "../../layers/generation/personas.ts"
import * as Model from "../../layers/llm/Model.ts"
import { embeddedGrpo } from "../../layers/training/GrpoRecipe.ts"
import { Experiment, Grid } from "../../src/index.ts"
import { embeddedConversing } from "../stages/Conversing.ts"
import { embeddedCorpus } from "../stages/Corpus.ts"
import { RolePlay } from "../stages/RolePlay.ts"
import { Split } from "../stages/Split.ts"
import { TrainAssistant } from "../stages/TrainAssistant.ts"
import type { BenchResult } from "./BenchResult.ts"
import { measureStep } from "./measureStep.ts"
import { rounded } from "./timing.ts"

export interface TrainerBenchOptions {
  /** Percent of the wall time. */
  readonly target: number
  readonly say: (line: string) => Effect.Effect<void>
}

/** Needs the embedded trainer installed, and a file system for a home, which is removed afterwards. */
export const trainerBench = ({ target, say }: TrainerBenchOptions) =>
  Effect.map(measureStep(experiment, say), ({ seconds, waiting, work }): BenchResult => {
    const value = rounded(Math.max(waiting, work))
    return {
      bench: "trainer",
      value,
      target,
      met: value <= target,
      unit: "percent of a GRPO step's wall time",
      against: `a step of ${rounded(seconds)} s: ${rounded(waiting)}% with nothing asked of the trainer, ${rounded(work)}% processor time of this process`,
    }
  })

/** The demo's assistant, with two iterations. */
const experiment = Experiment.make("trainer-bench", {
  grids: {
    main: Grid.make({
      axes: { seed: [1] },
      experiment: ({ seed }) =>
        TrainAssistant({
          split: Split({ corpus: embeddedCorpus() }),
          base: Model.embedded,
          simulator: RolePlay({ model: Model.embedded }),
          persona: Personas.plain,
          reward: {
            _tag: "ChecklistReward",
            own: false,
            checks: [{ kind: "ends-with-punctuation" }, { kind: "words", min: 4, max: 24 }, { kind: "addresses-user" }],
          },
          conversing: embeddedConversing,
          recipe: { ...embeddedGrpo, iterations: 2 },
          seed,
        }),
    }),
  },
})
