/** From a logged conversation to what a simulator learns from it, in one way for training and for measuring. */
import { Either } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { Personas } from "../../src/domain/Persona.ts"
import type { Condition } from "../../src/domain/Results.ts"
import { endMarker } from "../generation/endMarker.ts"
import { personaOf } from "../generation/personas.ts"
import { saysIntent, userSystem } from "../generation/userSystem.ts"
import { withSpecialToken } from "../llm/withSpecialToken.ts"
import type { Codec } from "./Policies.ts"
import { flip } from "./SftFlip.ts"
import type { Rejection, SftSample } from "./SftFlip.ts"
import type { Marker, SftRecipe } from "./SftRecipe.ts"
import { fit } from "./SftSequences.ts"

export interface SftSource {
  readonly codec: Codec
  readonly recipe: SftRecipe
  readonly condition: Condition
  /** Each conversation is given one, as in use. */
  readonly personas: Personas
  readonly seed: number
}

/** A sample that fits the context; `whole` tells whether anything was cut off. */
export interface Fitted {
  readonly sample: SftSample
  readonly whole: boolean
}

export type LeftOut = Rejection | "longer than the context"

/** Throws `TemplateFailed` where the model's template can't render the conversation. */
export const sampleOf = (
  { codec, recipe, condition, personas, seed }: SftSource,
  conversation: Conversation,
): Either.Either<Fitted, LeftOut> => {
  const system = userSystem(condition, personaOf(personas, seed, conversation.id), conversation.intent)
  const marker = recipe.marker === "empty-turn" ? "" : recipe.marker
  return Either.flatMap(
    flip(codec, conversation, { rules: recipe.rules, system, intended: saysIntent(condition), marker }),
    (sample) => {
      const fitted = fit(sample, recipe)
      if (fitted === undefined) return Either.left<LeftOut>("longer than the context")
      return Either.right({ sample: fitted, whole: fitted === sample })
    },
  )
}

/** A model's codec, or a model, that knows the marker. Throws `NoRoomForToken`. */
export const speaking = <A extends Codec>(model: A, marker: Marker): A =>
  marker === endMarker ? { ...model, tokenizer: withSpecialToken(model.tokenizer, endMarker) } : model
