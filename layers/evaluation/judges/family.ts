/** Which judges are relatives, and which of them graded a training. */
import { Schema } from "effect"
import type { EvaluationJudge, NamedJudge } from "../../../src/domain/WildBench.ts"
import { ModelSpec, modelIdentity } from "../../../src/domain/ModelSpec.ts"
import * as Step from "../../../src/durable/Step.ts"

/** As declared; else the first letters of the model's name without its owner: "qwen" of "Qwen/Qwen3-32B". */
export const familyOf = ({ model, family }: Pick<EvaluationJudge, "model" | "family">): string =>
  family ?? /^[a-z]+/.exec(lastPart(model.name).toLowerCase())?.[0] ?? model.name

/** All that its relatives may go by: what is declared adds relatives, and takes none away that the name tells of. */
export const familiesOf = (judge: Pick<EvaluationJudge, "model" | "family">): ReadonlyArray<string> => [
  ...new Set([familyOf(judge), familyOf({ model: judge.model })]),
]

const lastPart = (name: string) => name.slice(name.lastIndexOf("/") + 1)

export const nameJudge = (judge: EvaluationJudge): NamedJudge => ({
  name: modelIdentity(judge.model),
  family: familyOf(judge),
  heldOut: judge.heldOut,
  by: judge.model.provider === "openai" ? "answer" : "likelihood",
})

/** Models named in the rewards of a step and of all steps above it. */
export const trainingJudges = (step: Step.AnyStep): ReadonlyArray<ModelSpec> => {
  const seen = new Set<Step.AnyStep>()
  const above = (one: Step.AnyStep): ReadonlyArray<ModelSpec> => {
    if (seen.has(one)) return []
    seen.add(one)
    return [...modelsIn(one.input["reward"]), ...Step.upstream(one.input).flatMap(above)]
  }
  return above(step)
}

/** What is wrong with a claim to be held out; undefined where nothing is. */
export const falseClaim = (judges: ReadonlyArray<EvaluationJudge>, of: Step.AnyStep): string | undefined => {
  const trained = trainingJudges(of)
  for (const judge of judges.filter(({ heldOut }) => heldOut)) {
    const families = familiesOf(judge)
    const relative = trained.find((model) => families.includes(familyOf({ model })))
    if (relative !== undefined)
      return `${judge.model.name} is marked heldOut, and ${relative.name} of its family "${familyOf({ model: relative })}" gave rewards in training: take another judge, or leave heldOut out`
  }
  return undefined
}

const modelsIn = (value: unknown): ReadonlyArray<ModelSpec> => {
  if (typeof value !== "object" || value === null || Step.isStep(value)) return []
  return isModel(value) ? [value] : Object.values(value).flatMap(modelsIn)
}

const isModel = Schema.is(ModelSpec)
