/** One training sequence in tokens, as every trainer takes it. */

/**
 * Arrays of one length: entry i belongs to `targetTokens[i]`, the token that follows `modelInput[i]`. `logprobs` and
 * `advantages` are for policy losses only.
 */
export interface Datum {
  readonly modelInput: ReadonlyArray<number>
  readonly targetTokens: ReadonlyArray<number>
  /** How much a target counts: 0 is not trained on, 1 is. */
  readonly mask: ReadonlyArray<number>
  /** Nats, under the policy that sampled the targets; 0 where it did not. */
  readonly logprobs?: ReadonlyArray<number>
  readonly advantages?: ReadonlyArray<number>
}

/** A datum with all that policy losses need. */
export interface PolicyDatum extends Datum {
  readonly logprobs: ReadonlyArray<number>
  readonly advantages: ReadonlyArray<number>
}
