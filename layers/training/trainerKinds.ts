/**
 * What each kind of training server does of a GRPO recipe. A setting that a server passes over in silence is named in
 * the result; one without which the recipe means something else is refused, and so is every one of the preset `paper`.
 */
import { Schema } from "effect"
import type { TrainerKind } from "../../src/ports/Trainer.ts"
import { paper } from "./Grpo.ts"
import { GrpoRecipe } from "./GrpoRecipe.ts"

/** Settings that not every server honours. */
export type Trait =
  | "all-weights"
  | "initial-beside-all-weights"
  | "adam-settings"
  | "weight-decay"
  | "gradient-clip"
  | "ppo"
  | "kl-in-loss"
  | "stale-rollouts"

const jax = new Set<Trait>(["adam-settings", "weight-decay", "ppo"])

/**
 * SkyRL 0.4: its JAX backend takes Adam's settings with each step and clips no gradient; its training backends fix all
 * but the learning rate when the model is made, and where all weights are trained the model takes the initial one's
 * place; sampling an older policy is known to change the model in training. The hosted service trains adapters only.
 * None has a KL term.
 */
export const traitsOf: Readonly<Record<TrainerKind, ReadonlySet<Trait>>> = {
  embedded: jax,
  "skyrl-jax": jax,
  skyrl: new Set<Trait>(["all-weights", "ppo"]),
  hosted: new Set<Trait>(["adam-settings", "weight-decay", "gradient-clip", "ppo", "stale-rollouts"]),
}

type Fixed = Pick<GrpoRecipe, "betas" | "eps" | "weightDecay" | "gradientClip">

/** What a server does where it takes no such setting: those of SkyRL's `OptimizerConfig`, and torch's eps. */
const fixedBy: Readonly<Record<TrainerKind, Partial<Fixed>>> = {
  embedded: { gradientClip: 0 },
  "skyrl-jax": { gradientClip: 0 },
  skyrl: { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, gradientClip: 1 },
  hosted: {},
}

export interface Verdict {
  /** Why the recipe can't be carried out there. */
  readonly refused: ReadonlyArray<string>
  /** What the server does otherwise than the recipe says, without a word. */
  readonly passedOver: ReadonlyArray<string>
}

/** Nothing is said against a server of unknown kind, but for what no server does. */
export const judgeRecipe = (recipe: GrpoRecipe, kind: TrainerKind | undefined): Verdict => {
  const traits = kind === undefined ? everywhere : traitsOf[kind]
  const lacking = demandsOf(recipe, kind === undefined ? {} : fixedBy[kind]).filter(({ trait }) => !traits.has(trait))
  const isRefused = ({ trait }: Demand) => recipe.preset === "paper" || essential.has(trait)
  const name = kind === undefined ? "any trainer" : names[kind]
  return {
    refused: [
      ...lacking.filter(isRefused).map(({ text }) => `${text}: not honoured by ${name}`),
      ...(recipe.preset === "paper"
        ? differencesFromPaper(recipe).map((difference) => `${difference}: not the paper's`)
        : []),
    ],
    passedOver: lacking
      .filter((demand) => !isRefused(demand))
      .map(
        ({ text, instead }) =>
          `${text} is passed over by ${name}${instead === undefined ? "" : `, which keeps to ${instead}`}.`,
      ),
  }
}

/** What a result has to say about its recipe: the server's silence, biased sampling, and differences from the paper. */
export const notesOf = (recipe: GrpoRecipe, kind: TrainerKind | undefined): ReadonlyArray<string> => {
  const { temperature = 1, topP = 1 } = recipe.sampling ?? {}
  return [
    ...judgeRecipe(recipe, kind).passedOver,
    ...(temperature === 1 && topP === 1
      ? []
      : [`Biased: sampled at temperature ${temperature} and top_p ${topP}, weighted as if at 1 and 1.`]),
    ...(recipe.preset === "paper-approx"
      ? [
          ...differencesFromPaper(recipe).map((difference) => `Not the paper's: ${difference}.`),
          "The paper does not tell how many iterations it ran, nor how long its training took.",
        ]
      : []),
  ]
}

interface Demand {
  readonly trait: Trait
  readonly text: string
  /** What the server does in its place. */
  readonly instead?: string | undefined
}

const essential: ReadonlySet<Trait> = new Set<Trait>([
  "all-weights",
  "initial-beside-all-weights",
  "ppo",
  "kl-in-loss",
  "stale-rollouts",
])
const names: Readonly<Record<TrainerKind, string>> = {
  embedded: "the embedded trainer",
  skyrl: "SkyRL (FSDP or Megatron)",
  "skyrl-jax": "SkyRL's JAX backend",
  hosted: "the hosted service",
}
const everywhere: ReadonlySet<Trait> = new Set(
  Object.values(traitsOf)
    .flatMap((traits) => [...traits])
    .filter((trait) => trait !== "kl-in-loss"),
)

/** What is asked of a server beyond what it does unasked. */
const demandsOf = (recipe: GrpoRecipe, fixed: Partial<Fixed>): ReadonlyArray<Demand> => {
  const { rank, weightDecay, gradientClip, loss, kl, klPlacement, staleness } = recipe
  const adam = ({ betas, eps }: Pick<Fixed, "betas" | "eps">) => `Adam with betas ${betas.join(", ")} and eps ${eps}`
  const differs = <K extends keyof Fixed>(name: K) => String(recipe[name]) !== String(fixed[name] ?? defaults[name])
  const instead = <K extends keyof Fixed>(name: K) => (fixed[name] === undefined ? undefined : `${name} ${fixed[name]}`)
  const all: ReadonlyArray<Demand & { readonly asked: boolean }> = [
    { trait: "all-weights", asked: rank === 0, text: "rank 0 (all weights)" },
    {
      trait: "initial-beside-all-weights",
      asked: rank === 0 && kl > 0 && klPlacement !== "loss",
      text: `kl ${kl} with rank 0: the initial model's log-probabilities beside a model that has taken its place`,
    },
    {
      trait: "adam-settings",
      asked: differs("betas") || differs("eps"),
      text: adam(recipe),
      instead: fixed.betas === undefined ? undefined : adam({ ...defaults, ...fixed }),
    },
    {
      trait: "weight-decay",
      asked: differs("weightDecay"),
      text: `weightDecay ${weightDecay}`,
      instead: instead("weightDecay"),
    },
    {
      trait: "gradient-clip",
      asked: differs("gradientClip"),
      text: `gradientClip ${gradientClip}`,
      instead: instead("gradientClip"),
    },
    { trait: "ppo", asked: loss === "ppo", text: "loss ppo" },
    { trait: "kl-in-loss", asked: kl > 0 && klPlacement === "loss", text: 'klPlacement "loss"' },
    {
      trait: "stale-rollouts",
      asked: staleness > 0,
      text: `staleness ${staleness} (sampling an older policy than the one in training)`,
    },
  ]
  return all.filter(({ asked }) => asked)
}

/** Settings that are not the paper's, such as `rank 32 instead of 0`. */
const differencesFromPaper = (recipe: GrpoRecipe): ReadonlyArray<string> => {
  const own = new Set<string>(["preset", "iterations", "saveEvery", "metrics"])
  const mine: Readonly<Record<string, unknown>> = Schema.encodeSync(GrpoRecipe)(recipe)
  const theirs: Readonly<Record<string, unknown>> = Schema.encodeSync(GrpoRecipe)(Schema.decodeSync(GrpoRecipe)(paper))
  return [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    .filter((name) => !own.has(name) && JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]))
    .map(
      (name) =>
        `${name} ${JSON.stringify(mine[name]) ?? "not set"} instead of ${JSON.stringify(theirs[name]) ?? "nothing"}`,
    )
}

const defaults = Schema.decodeSync(GrpoRecipe)({ rank: 1, learningRate: 1, iterations: 1, prompts: 1, rollouts: 2 })
