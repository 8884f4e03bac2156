/** What experiment files define simulators of their own with, and the parts of those that are there. */
export { defineSimulator as define } from "./stages/customSimulators.ts"
export type { SimulatorTools } from "./stages/customSimulators.ts"
export { endMarker, readTurn } from "../layers/generation/endMarker.ts"
export { Guardrails, paperGuardrails } from "../layers/generation/Guardrails.ts"
export type { SimulatedUser, Spoken, UserRequest, UserTurn } from "../layers/generation/Speaker.ts"
