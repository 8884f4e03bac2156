/** How a simulated user behaves, whatever it wants. Personas are paired across arms: they never enter a seed by name. */
import { Schema } from "effect"

/** `prompt` is put before the conversation as the simulator's system line. */
export const Persona = Schema.Struct({ name: Schema.NonEmptyString, prompt: Schema.NonEmptyString })
export type Persona = typeof Persona.Type
