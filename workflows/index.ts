/** The public API: the engine, and the stages and values that experiment files are made of. */
export * from "../src/index.ts"
export { Check } from "../layers/evaluation/Checklist.ts"
export { Reward } from "../layers/evaluation/Reward.ts"
export {
  fewShotIntentPrompt,
  intentOpening,
  IntentPrompt,
  plainIntentPrompt,
} from "../layers/generation/intents/IntentPrompt.ts"
export { embeddedIntents, IntentRecipe, labIntents, relIntents } from "../layers/generation/intents/IntentRecipe.ts"
export * as Personas from "../layers/generation/personas.ts"
export { HubDataset } from "../layers/generation/corpus/hub/HubDataset.ts"
export * as Model from "../layers/llm/Model.ts"
export { embeddedGrpo, GrpoRecipe } from "../layers/training/GrpoRecipe.ts"
export * as Sft from "../layers/training/Sft.ts"
export { SftRecipe } from "../layers/training/SftRecipe.ts"
export { Persona } from "../src/domain/Persona.ts"
export * as Simulator from "./simulators.ts"
export * as Results from "../src/domain/Results.ts"
export { Conversing, embeddedConversing, paperConversing } from "./stages/Conversing.ts"
export { Corpus, embeddedCorpus, wildchat } from "./stages/Corpus.ts"
export { crossMatrix } from "./stages/crossMatrix.ts"
export { Evaluate } from "./stages/Evaluate.ts"
export { FineTuned } from "./stages/FineTuned.ts"
export { InitialAssistant } from "./stages/InitialAssistant.ts"
export { Intents } from "./stages/Intents.ts"
export { Report } from "./stages/Report.ts"
export { RolePlay } from "./stages/RolePlay.ts"
export { ServedSimulator } from "./stages/ServedSimulator.ts"
export { Simulate } from "./stages/Simulate.ts"
export { Split } from "./stages/Split.ts"
export { TrainAssistant } from "./stages/TrainAssistant.ts"
export { defineConfig } from "./config/UnderstudyConfig.ts"
