/** `understudy/statistics`: pure functions, usable without the engine. */
export { bootstrapClusteredMean, bootstrapMean, byPrompt, differences, pairedDifference } from "./Bootstrap.ts"
export type { BootstrapOptions, MeanInterval, Observation, PairedObservation } from "./Bootstrap.ts"
export { quantile } from "./quantile.ts"
