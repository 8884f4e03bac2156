/** `understudy/statistics`: pure functions, usable without the engine. */
export { bootstrapClusteredMean, bootstrapMean, byPrompt, differences, pairedDifference } from "./Bootstrap.ts"
export type { BootstrapOptions, MeanInterval, Observation, PairedObservation } from "./Bootstrap.ts"
export { quantile } from "./quantile.ts"
export { cohenKappa, fleissKappa, labelCounts } from "./statistics/agreement.ts"
export type { Label } from "./statistics/agreement.ts"
export { clusteredMean } from "./statistics/ClusteredMean.ts"
export type { ClusteredMean, ClusteredOptions } from "./statistics/ClusteredMean.ts"
export { byCluster, clusterMeans, clusterTotals } from "./statistics/clusters.ts"
export { kendall, pearson, spearman } from "./statistics/correlation.ts"
export type { Correlation } from "./statistics/correlation.ts"
export * from "./statistics/distributions.ts"
export {
  cliffsDelta,
  cohenD,
  cohenDPaired,
  hedgesG,
  hedgesGPaired,
  winRateDifference,
} from "./statistics/effectSizes.ts"
export { holm } from "./statistics/holm.ts"
export { jensenShannon, smoothedJensenShannon } from "./statistics/jensenShannon.ts"
export type { JensenShannon } from "./statistics/jensenShannon.ts"
export { krippendorffAlpha } from "./statistics/krippendorffAlpha.ts"
export type { Level } from "./statistics/krippendorffAlpha.ts"
export type { Interval } from "./statistics/moments.ts"
export { InvalidDesign, pairwisePower, participantsNeeded } from "./statistics/PairwisePower.ts"
export type { PairwiseDesign, Power, PowerOptions } from "./statistics/PairwisePower.ts"
export { permutationP } from "./statistics/permutationP.ts"
export { isSuccess, passAtCurve, passAtK, passHatCurve, passHatK } from "./statistics/passK.ts"
export type { PassCurve, Trial } from "./statistics/passK.ts"
export { averageRanks } from "./statistics/ranks.ts"
export { bootstrap, clusterBootstrap } from "./statistics/Resampling.ts"
export type { Resampled, ResamplingOptions } from "./statistics/Resampling.ts"
export { signFlip } from "./statistics/SignFlip.ts"
export type { SignFlip, SignFlipOptions } from "./statistics/SignFlip.ts"
export { signedRank } from "./statistics/SignedRank.ts"
export type { SignedRank, SignedRankOptions } from "./statistics/SignedRank.ts"
export { clopperPearson, signTest, wilson } from "./statistics/SignTest.ts"
export type { SignTest } from "./statistics/SignTest.ts"
export { tTest, welchTest } from "./statistics/TTest.ts"
export type { TTest, TTestOptions } from "./statistics/TTest.ts"
export { tally, winRate } from "./statistics/WinRate.ts"
export type { Tally, WinRate } from "./statistics/WinRate.ts"
