/** What the compiler must accept and refuse of this package's own stages; checked by `tsc`, never run. */
import { Effect, Schema } from "effect"
import { Stage } from "../../src/index.ts"
import * as U from "../../workflows/index.ts"

const split = U.Split({ corpus: U.embeddedCorpus() })
const base = U.Model.embedded
const simulator = U.RolePlay({ model: base })
const given = {
  split,
  base,
  persona: U.Personas.plain,
  reward: { _tag: "ChecklistReward", checks: [{ kind: "list" }] },
  conversing: U.embeddedConversing,
  recipe: U.embeddedGrpo,
} as const

export const assistant = U.TrainAssistant({ ...given, simulator, seed: 1 })

// @ts-expect-error a split is no corpus
U.Split({ corpus: split })
// @ts-expect-error an assistant is no simulator
U.TrainAssistant({ ...given, simulator: assistant })
// @ts-expect-error a field of the wrong type
U.TrainAssistant({ ...given, simulator, seed: "one" })
// @ts-expect-error a missing field
U.FineTuned({ split, base })

const made = { name: "Own", version: 1, output: Schema.Int, estimate: () => ({ size: 1, demands: [] }) }
Stage.make({
  ...made,
  input: { count: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })) },
  run: ({ count }) => Effect.succeed(count),
})
Stage.make({
  ...made,
  // @ts-expect-error a default that is not piped hides the fields from the compiler
  input: { count: Schema.optionalWith(Schema.Int, { default: () => 0 }) },
  run: ({ count }) => Effect.succeed(Number(count)),
})
