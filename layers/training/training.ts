/** `understudy/training`: conversations and rollouts as training data. Pure functions, usable without the engine. */
export { makeChatTemplate } from "../llm/ChatTemplate.ts"
export type { ChatTemplate } from "../llm/ChatTemplate.ts"
export { makeTokenizer } from "../llm/Tokenizer.ts"
export type { Tokenizer } from "../llm/Tokenizer.ts"
export type { Datum, PolicyDatum } from "../../src/domain/Datum.ts"
export * as Checkpoint from "./checkpointChoice.ts"
export * as Grpo from "./Grpo.ts"
export {
  grpoDatums,
  groupAdvantages,
  informativeGroups,
  InvalidTrajectory,
  sequencesOf,
  trajectoryDatums,
} from "./GrpoDatums.ts"
export type { GrpoOptions, TrainingBatch, Trajectory, Transition } from "./GrpoDatums.ts"
export { embeddedGrpo, grpoProblem, GrpoRecipe } from "./GrpoRecipe.ts"
export { updateMetrics } from "./importanceWeights.ts"
export { isInformative, iterationBatch } from "./iterationBatch.ts"
export type { BatchOptions, IterationBatch } from "./iterationBatch.ts"
export { klDerivative, klEstimate, KlEstimator, KlPlacement, klShaped, klSloped, klSum } from "./klPenalty.ts"
export type { Reference } from "./klPenalty.ts"
export { promptsOf } from "./promptsOf.ts"
export { reduced, Reduction, tokenMean } from "./lossReduction.ts"
export type { SequenceDatum } from "./lossReduction.ts"
export { judgeRecipe, notesOf, traitsOf } from "./trainerKinds.ts"
export * as Sft from "./Sft.ts"
export { averaged, crossEntropyDatum, sftDatum, sftRequest } from "./SftDatums.ts"
export type { SftDatum } from "./SftDatums.ts"
export { flip, FlipRules, Kind } from "./SftFlip.ts"
export type { FlipOptions, Rejection, SftSample } from "./SftFlip.ts"
export { addMeasures, leavingProbability, lossOf, measure, perplexity, SftMeasures } from "./SftMeasures.ts"
export { learningRateAt, Marker, recipeProblem, SftRecipe } from "./SftRecipe.ts"
export { batchAt, draw, fit, pack, stepsOf } from "./SftSequences.ts"
export { withSpecialToken } from "../llm/withSpecialToken.ts"
export { creditShares, outcomeAdvantages, trajectoryScore, turnAdvantages, turnCredits } from "./TurnCredit.ts"
export type { AdvantageOptions, CreditedRow, CreditMethod, ScoreMethod, TurnAdvantageOptions } from "./TurnCredit.ts"
