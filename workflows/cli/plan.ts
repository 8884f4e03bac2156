/** `understudy plan FILE`: cells, steps and price; runs nothing. */
import { Args, Command, Options } from "@effect/cli"
import { Console, Effect } from "effect"
import { Estimate, Plan } from "../../src/index.ts"
import { hashFiles, loadExperiment } from "./LoadExperiment.ts"

const file = Args.file({ name: "experiment" }).pipe(Args.withDescription("A file that exports Experiment.make(...)"))
const json = Options.boolean("json").pipe(Options.withDescription("Print one JSON document on stdout"))

export const plan = Command.make("plan", { file, json }, ({ file, json }) =>
  Effect.gen(function* () {
    const experiment = yield* loadExperiment(file)
    const files = yield* hashFiles(experiment)
    const made = Plan.make(experiment, { files, stateOf: () => "to-run", priceOf: () => undefined })
    yield* Console.log(json ? JSON.stringify(document(made)) : render(made))
  }),
).pipe(Command.withDescription("Show cells, steps and price of an experiment; run nothing"))

/** The contract for programs: `{cells, steps, usage}`; expected counts, money in dollars or null where unknown. */
const document = (made: Plan.Plan) => ({
  cells: made.cells.map(({ key, grid, labels }) => ({ key, grid, ...labels })),
  steps: made.steps.map(({ id, stage, state, cells }) => ({ id, stage, state, cells })),
  usage: made.usage.map(({ role, model, calls, promptTokens, completionTokens, money }) => ({
    role,
    model,
    calls: calls.expected,
    promptTokens: promptTokens.expected,
    completionTokens: completionTokens.expected,
    money: money === undefined ? null : money.expected / 1e6,
  })),
})

const render = (made: Plan.Plan) => {
  const steps = made.steps.map(({ id, state, cells }) => {
    const shared = cells.length === 0 ? "all cells" : cells.length === 1 ? cells[0] : `${cells.length} cells`
    return `  ${state.padEnd(9)} ${id.padEnd(44)} ${shared}`
  })
  const usage = made.usage.map(
    ({ role, model, calls, promptTokens, completionTokens, money }) =>
      `  ${role.padEnd(10)} ${model.padEnd(28)} ${range(calls)} calls, ${range(promptTokens)} + ${range(completionTokens)} tokens, ` +
      (money === undefined ? "price unknown" : `$${(money.expected / 1e6).toFixed(2)}`),
  )
  return [
    `${made.experiment}: ${made.cells.length} cells, ${made.steps.length} steps`,
    ...steps,
    ...(usage.length === 0 ? [] : ["Still to pay:", ...usage]),
  ].join("\n")
}

const range = ({ low, expected, high }: Estimate.Range) =>
  low === high ? expected.toLocaleString("en") : `${expected.toLocaleString("en")} (${low} to ${high})`
