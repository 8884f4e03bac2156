/** The models that an experiment names, and what may be said against calling them as the config stands. */
import { Either, Schema } from "effect"
import { resolveModel } from "../layers/llm/LlmConfig.ts"
import { ModelSpec } from "../src/domain/ModelSpec.ts"
import type { Price, Role } from "../src/domain/ModelSpec.ts"
import { Step } from "../src/index.ts"
import type { Graph, Plan } from "../src/index.ts"
import { llmConfigOf } from "./config/llmConfigOf.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"

/** Every model in the inputs of the steps, each once, in order of appearance. */
export const modelsOf = ({ nodes }: Pick<Graph.Graph, "nodes">): ReadonlyArray<ModelSpec> => {
  const visit = (value: unknown): ReadonlyArray<ModelSpec> => {
    if (typeof value !== "object" || value === null || Step.isStep(value)) return []
    return isModel(value) ? [value] : Object.values(value).flatMap(visit)
  }
  return distinctModels(nodes.flatMap(({ step }) => visit(step.input)))
}

/** Those that steps which are not done name, or will call. */
export const modelsLeft = ({ nodes }: Pick<Graph.Graph, "nodes">, { steps }: Plan.Plan): ReadonlyArray<ModelSpec> => {
  const left = steps.filter(({ state }) => state !== "done")
  const ids = new Set(left.map(({ id }) => id))
  return distinctModels([
    ...modelsOf({ nodes: nodes.filter(({ id }) => ids.has(id)) }),
    ...left.flatMap(({ demands }) => demands.map(({ model }) => model)),
  ])
}

export const distinctModels = (models: ReadonlyArray<ModelSpec>): ReadonlyArray<ModelSpec> => [
  ...new Map(models.map((model) => [`${model.provider} ${model.name} ${model.revision ?? ""}`, model])).values(),
]

const isModel = Schema.is(ModelSpec)

/**
 * What a model costs: nothing on the own trainer, the config's price on an endpoint or another trainer, unknown without
 * one. Tokens of the role `trainer` are trained on, all others are read and written.
 */
export const priceOf =
  ({ models, trainer }: UnderstudyConfig) =>
  ({ provider, name }: ModelSpec, role?: Role): Price | undefined => {
    if (provider === "openai") return models[name]?.price
    if (trainer.kind === "embedded") return { prompt: 0, completion: 0, asOf: "always" }
    const price = trainer.prices?.[name]
    if (price === undefined || role !== "trainer") return price
    return { prompt: price.train, completion: price.train, asOf: price.asOf }
  }

/** One line for each model without an identity, an endpoint or a price. `limited`: the experiment has a limit. */
export const modelNotes = (
  models: ReadonlyArray<ModelSpec>,
  config: UnderstudyConfig,
  limited: boolean,
): ReadonlyArray<string> =>
  models.flatMap((model) => {
    const notes = [...identityNotes(model, config)]
    if (priceOf(config)(model) === undefined) notes.push(priceNote(model, limited))
    return notes
  })

const identityNotes = (model: ModelSpec, config: UnderstudyConfig): ReadonlyArray<string> => {
  const { provider, name, revision } = model
  if (provider !== "openai") {
    if (revision !== undefined) return []
    return [
      `${name} names no revision: its weights are taken to be the same wherever it has this name. Give one (\`revision\`) to be sure.`,
    ]
  }
  return Either.match(resolveModel(llmConfigOf(config), model), {
    onLeft: ({ detail, advice, endpoint }) => [`${name}: ${detail} ("${endpoint}"). ${advice}`],
    onRight: ({ identity }) =>
      identity === undefined
        ? [
            `${name} has no dated name and no revision: what it answers is used in this experiment only, never in others. Give its \`revision\` in understudy.config.ts.`,
          ]
        : [],
  })
}

const priceNote = ({ provider, name }: ModelSpec, limited: boolean) => {
  if (provider !== "openai")
    return `${name} has no known price: the trainer of the config is not this machine's own. Give it in \`trainer.prices\` of understudy.config.ts (0 for your own server).`
  const refused = limited ? " The experiment has a limit, so its calls would be refused." : ""
  return `${name} has no price.${refused} Give its \`price\` in understudy.config.ts (0 for your own server).`
}
