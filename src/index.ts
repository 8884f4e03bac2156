/** The public API: what an experiment file imports. */
export * as Driver from "./durable/Driver.ts"
export * as Estimate from "./durable/Estimate.ts"
export * as Experiment from "./durable/Experiment.ts"
export * as Graph from "./durable/Graph.ts"
export * as Grid from "./durable/Grid.ts"
export { leftovers } from "./durable/Leftovers.ts"
export * as Plan from "./durable/Plan.ts"
export { reopen } from "./durable/reopen.ts"
export { runExperiment } from "./durable/runExperiment.ts"
export * as Runner from "./durable/Runner.ts"
export * as Shard from "./durable/Shard.ts"
export * as Stage from "./durable/Stage.ts"
export * as Source from "./durable/Source.ts"
export * as Standing from "./durable/Standing.ts"
export { InvalidExperiment, InvalidInput } from "./durable/StageErrors.ts"
export { runDirectly } from "./durable/runDirectly.ts"
export { StageFailure } from "./durable/StageFailure.ts"
export * as Step from "./durable/Step.ts"
export { ArtifactRef, Sha256 } from "./domain/Artifact.ts"
export { Conversation, Ending, Message } from "./domain/Conversation.ts"
export { ArtifactStore } from "./journal/ArtifactStore.ts"
export { CallJournal } from "./journal/CallJournal.ts"
export type {
  Answer,
  Call,
  CallFailure,
  FailedCall,
  FailureCount,
  JournaledCall,
  LostAttempt,
  Pace,
  Sending,
  Sent,
  Totals,
} from "./journal/CallJournal.ts"
export { callKey } from "./journal/CallKey.ts"
export * as Home from "./journal/Home.ts"
export * as ProcessLock from "./journal/ProcessLock.ts"
export { StepLedger } from "./journal/StepLedger.ts"
export type { LedgerEntry } from "./journal/StepLedger.ts"
export { FileRef } from "./domain/FileRef.ts"
export { ModelSpec } from "./domain/ModelSpec.ts"
