/** Every service that stages need, from the config: the one place that picks concrete layers. */
import { Config, Duration, Effect, Layer, Option, Record } from "effect"
import type { Redacted } from "effect"
import { Judge } from "../layers/evaluation/Judge.ts"
import { Budget } from "../layers/llm/Budget.ts"
import * as ModelClients from "../layers/llm/ModelClients.ts"
import { defaultRetryPolicy } from "../layers/llm/RetryPolicy.ts"
import type { Accounting } from "../layers/training/charging.ts"
import { Policies } from "../layers/training/Policies.ts"
import { TrainingLog } from "../layers/training/TrainingLog.ts"
import type { Home } from "../src/index.ts"
import { llmConfigOf } from "./config/llmConfigOf.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { priceOf } from "./models.ts"
import { serveModels } from "./servedModels.ts"
import { policiesOptions, trainerLayer } from "./TrainerServices.ts"
import type { TrainerChoice } from "./TrainerServices.ts"

export interface ServicesOptions {
  readonly config: UnderstudyConfig
  readonly home: Home.Paths
  /** The experiment: calls to models without a dated name are good for it alone. */
  readonly experiment: string
  /** In micro-dollars over the experiment's lifetime; undefined: no limit. */
  readonly budgetMicros: number | undefined
  /** Ids of the experiment's steps, whose calls count towards the budget. */
  readonly steps: ReadonlySet<string>
  /** GPUs that servers may use at once, at most; default all that the config declares. */
  readonly gpus?: number | undefined
  /** How long an outage is waited out. */
  readonly patience: Duration.DurationInput
  /** One line for people now and then. */
  readonly onProgress: (line: string) => Effect.Effect<void>
}

/** Servers of endpoints are started when they are first asked, and end with the layer. Needs the home's journal and artifacts. */
export const servicesLayer = ({
  config,
  home,
  experiment,
  budgetMicros,
  steps,
  gpus,
  patience,
  onProgress,
}: ServicesOptions) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const choice = yield* trainerChoice(config)
      const upkeeps = yield* serveModels({ config, home, gpus, onProgress })
      const urls = Record.map(upkeeps, ({ url }) => url)
      const clients = { config: llmConfigOf(config, urls), upkeeps, run: experiment, retry: retryFor(patience) }
      const budget = budgetMicros === undefined ? Budget.unlimited : Budget.layer(budgetMicros, (id) => steps.has(id))
      const price: Accounting["price"] = (model, use) => priceOf(config)(model, use === "train" ? "trainer" : undefined)
      const policies = Layer.unwrapEffect(
        Effect.map(Budget, (budget) =>
          Policies.layer({ ...policiesOptions(choice, patience), accounting: { price, budget } }),
        ),
      )
      return Layer.merge(policies, Judge.layer).pipe(
        Layer.provideMerge(ModelClients.layer(clients)),
        Layer.provide(budget),
        Layer.provideMerge(trainerLayer(choice, { folder: home.trainer, patience, onProgress })),
        Layer.merge(TrainingLog.layer(home.metrics)),
      )
    }),
  )

/** An endpoint that nothing was ever heard from is not waited for longer than one that has failed. */
const retryFor = (patience: Duration.DurationInput) => ({
  patience,
  firstPatience: Duration.min(patience, defaultRetryPolicy.firstPatience),
})

const trainerChoice = ({ trainer }: UnderstudyConfig): Effect.Effect<TrainerChoice> =>
  Effect.gen(function* () {
    if (trainer.kind === "embedded") return trainer
    const { keyVariable, url, tokenizers, dialect, places, concurrency } = trainer
    const key =
      keyVariable === undefined ? Option.none<Redacted.Redacted>() : yield* Effect.option(Config.redacted(keyVariable))
    return {
      kind: "tinker",
      url,
      tokenizers,
      ...(dialect === undefined ? {} : { dialect }),
      ...(places === undefined ? {} : { places }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(Option.isNone(key) ? { missingKey: keyVariable } : { apiKey: key.value }),
    }
  })
