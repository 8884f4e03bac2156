/** How a simulated user behaves, whatever it wants. Personas are paired across arms: they never enter a seed by name. */
import { Schema } from "effect"

/**
 * `description` says who the person is, in the second person ("You are a person in a hurry ..."); `rules` say how the
 * person behaves, one sentence each. `weight` counts in a mixture: how often this one is drawn, against the others.
 */
export const Persona = Schema.Struct({
  name: Schema.NonEmptyString,
  description: Schema.NonEmptyString,
  rules: Schema.optionalWith(Schema.Array(Schema.NonEmptyString), { default: () => [] }),
  weight: Schema.optionalWith(Schema.Positive, { default: () => 1 }),
}).annotations({ identifier: "Persona" })
export type Persona = typeof Persona.Type

/** One persona, or a mixture: then each prompt is given one by seed, the same in all its rollouts (paper 1.2). */
export const Personas = Schema.Union(
  Persona,
  Schema.NonEmptyArray(Persona).pipe(
    Schema.filter((mixture) => new Set(mixture.map(({ name }) => name)).size === mixture.length, {
      identifier: "Personas of different names",
    }),
  ),
)
export type Personas = typeof Personas.Type
