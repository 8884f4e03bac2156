/** Where servers of the Tinker protocol differ. Everything else of this folder holds for all of them. */
import type { Datum } from "../../../src/domain/Datum.ts"
import type { Loss, LossScale, PassResult, TrainerKind } from "../../../src/ports/Trainer.ts"

export interface TinkerDialect {
  readonly kind: TrainerKind
  readonly lossScale: LossScale
  /**
   * Sampling loads the checkpoint into the live model's own adapter, unless one of that name is there already: only
   * the newest save of a model without later steps may be sampled.
   */
  readonly samplesLiveModel: boolean
  /** How a policy loss is told the mask: as `weights`, or only by advantages of 0. */
  readonly policyWeights: boolean
}

/** SkyRL 0.4 with a training backend of its own, FSDP or Megatron: losses are sums (its `ppo_utils.py`). */
export const skyrl: TinkerDialect = {
  kind: "skyrl",
  lossScale: "token-sum",
  samplesLiveModel: true,
  policyWeights: true,
}

/** SkyRL 0.4 with its JAX backend, the embedded one. */
export const skyrlJax: TinkerDialect = {
  kind: "skyrl-jax",
  lossScale: "sequence-mean",
  samplesLiveModel: true,
  policyWeights: true,
}

/** The hosted service, and the protocol as its SDK documents it. */
export const hosted: TinkerDialect = {
  kind: "hosted",
  lossScale: "token-sum",
  samplesLiveModel: false,
  policyWeights: false,
}

/** By the names that configs use. */
export const dialects = { skyrl, "skyrl-jax": skyrlJax, hosted } as const
export type DialectName = keyof typeof dialects

/**
 * Why the server can't be what the dialect says, from a pass with gradients: they would be scaled wrongly and nothing
 * else would show it. SkyRL names itself alike on all backends; of the loss its JAX backend tells nothing.
 */
export const otherBackend = ({ kind }: TinkerDialect, { metrics }: PassResult): string | undefined => {
  if (kind === "skyrl" && Object.keys(metrics).length === 0)
    return 'the pass came back without metrics, as from SkyRL\'s JAX backend, which averages losses and does not add them up: set trainer.dialect to "skyrl-jax"'
  if (kind === "skyrl-jax" && "total_loss:sum" in metrics)
    return 'the pass came back with the metrics of SkyRL\'s FSDP and Megatron backends, which add losses up and do not average them: set trainer.dialect to "skyrl"'
  return undefined
}

/** `loss_fn_inputs` by the protocol's names. */
export const lossInputs = (
  dialect: TinkerDialect,
  { targetTokens, mask, logprobs, advantages }: Datum,
  loss: Loss,
): Readonly<Record<string, ReadonlyArray<number>>> => {
  if (loss.kind === "cross_entropy") return { target_tokens: targetTokens, weights: mask }
  return {
    target_tokens: targetTokens,
    ...(dialect.policyWeights ? { weights: mask } : {}),
    logprobs: logprobs ?? [],
    advantages: dialect.policyWeights
      ? (advantages ?? [])
      : (advantages ?? []).map((advantage, index) => advantage * (mask[index] ?? 0)),
  }
}

/** JAX leaves the first token out, the hosted service marks it with NaN: both have one for each token after it. */
export const promptLogprobsOf = (values: ReadonlyArray<number>, tokens: number): ReadonlyArray<number> | undefined => {
  const kept = values.length === tokens ? values.slice(1) : values
  return kept.length === tokens - 1 && kept.every(Number.isFinite) ? kept : undefined
}
