/** Conversations by name: simulated, evaluated and reported on. No corpus is read. */
import { Effect, Schema } from "effect"
import type { Reward } from "../../../layers/evaluation/Reward.ts"
import * as Model from "../../../layers/llm/Model.ts"
import { plain } from "../../../layers/generation/personas.ts"
import type { Personas } from "../../../src/domain/Persona.ts"
import { SplitResult } from "../../../src/domain/Results.ts"
import { Estimate, Experiment, Grid, Shard, Stage } from "../../../src/index.ts"
import { conversations } from "../../../workflows/stages/conversations.ts"
import type { Conversing } from "../../../workflows/stages/Conversing.ts"
import { crossMatrix } from "../../../workflows/stages/crossMatrix.ts"
import { InitialAssistant } from "../../../workflows/stages/InitialAssistant.ts"
import { Report } from "../../../workflows/stages/Report.ts"
import { RolePlay } from "../../../workflows/stages/RolePlay.ts"
import { Simulate } from "../../../workflows/stages/Simulate.ts"
import { makeStudy } from "../../../workflows/Study.ts"
import { openingOf, userTemperature } from "./asked.ts"

/** What every user wants: long enough to be copied. */
export const intent = "to learn all there is to know about one thing before the week is over"

const Named = Stage.make({
  name: "Named",
  version: 1,
  input: { names: Schema.Array(Schema.String) },
  output: SplitResult,
  run: ({ names }) =>
    Shard.once(
      "split",
      SplitResult,
      Effect.gen(function* () {
        const written = yield* conversations.write(
          names.map((name) => ({
            id: name,
            user: `user of ${name}`,
            messages: [{ role: "user", content: openingOf(name) } as const],
            intent,
          })),
        )
        const part = { conversations: written, count: names.length, users: names.length }
        const parts = { simulator: part, assistant: part, validation: part, test: part }
        return SplitResult.make({ preset: "named", ...parts, dropped: [], notes: [] })
      }),
    ),
  estimate: ({ names }) => Estimate.free(names.length),
})

/** A split whose users say what these names stand for. */
export const heldSplit = (names: ReadonlyArray<string>) => Named({ names })

interface Held {
  readonly conversing?: Partial<typeof Conversing.Encoded>
  readonly maxFailureShare?: number
  readonly samples?: number
  /** Of the simulator. */
  readonly model?: string
  readonly personas?: Personas
  readonly reward?: typeof Reward.Encoded
}

const words = { _tag: "ChecklistReward", own: false, checks: [{ kind: "words", max: 600 }] } as const

export const heldStudy = (
  names: ReadonlyArray<string>,
  {
    conversing = {},
    maxFailureShare = 1,
    samples = 1,
    model: simulated = "simulator",
    personas = plain,
    reward = words,
  }: Held = {},
) => {
  const split = Named({ names })
  const model = (name: string) => Model.openai(name, { revision: "1" })
  const simulator = RolePlay({ model: model(simulated), personas })
  const assistants = { initial: InitialAssistant({ model: model("assistant") }) }
  const settings = { turns: 3, maxTokens: 64, userTemperature, ...conversing }
  const held = { conversing: settings, prompts: names.length, samples, maxFailureShare }
  const simulate = Simulate({ split, assistant: assistants.initial, simulator, ...held })
  const matrix = crossMatrix({
    split,
    assistants,
    columns: [{ simulator: "played", heldOut: false, step: simulator }],
    settings: { reward, ...held },
  })
  const report = Report({ simulators: { played: simulator }, assistants, matrix, split })
  const grids = { main: Grid.make({ axes: { of: ["named"] }, experiment: () => simulate }) }
  const study = makeStudy(Experiment.make("held", { grids, collect: () => [report] }), new Map())
  const idOf = (step: object) => [...study.graph.ids].find(([one]) => one === step)?.[1] ?? ""
  return { study, simulate: idOf(simulate), evaluate: idOf(matrix[0]!.evaluation), report: idOf(report) }
}
