/** A simulator by prompting alone: the paper's role-play users (paper 1.2), on any model. */
import { Effect, Schema } from "effect"
import * as personas from "../../layers/generation/personas.ts"
import { rolePlayPromptHash } from "../../layers/generation/rolePlayPrompt.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { Condition, Opening, RolePlayResult, Style } from "../../src/domain/Results.ts"
import { Estimate, Stage } from "../../src/index.ts"
import { isRemote } from "./casting.ts"

/**
 * RPUser1 is `{ opening: "generated" }`, RPUser2 the default, RPUser3 `{ personas: Personas.paper }`. Models behind an
 * endpoint answer in JSON; small models that are reached in tokens follow the plain style: they go on where the user's
 * turn begins, after a line that says who they are and, by `condition`, what they want.
 */
export const RolePlay = Stage.make({
  name: "RolePlay",
  version: 2,
  input: {
    model: ModelSpec,
    opening: Opening.pipe(Schema.optionalWith({ default: () => "real" as const })),
    /** One persona, or a mixture from which each prompt is given one by seed. Default: by style. */
    personas: Schema.optional(Personas),
    /** Default: `json` for models behind an endpoint, `plain` for others. */
    style: Schema.optional(Style),
    condition: Condition.pipe(Schema.optionalWith({ default: () => "persona-and-intent" as const })),
  },
  output: RolePlayResult,
  check: ({ model, style }) =>
    style === "plain" && isRemote(model)
      ? "the plain style continues tokens, and a model behind an endpoint is reached as text: leave `style` out"
      : style === "json" && !isRemote(model)
        ? "the JSON style asks a chat model behind an endpoint (Model.openai): leave `style` out"
        : undefined,
  run: ({ model, opening, personas: given, style, condition }) => {
    const chosen = style ?? (isRemote(model) ? "json" : "plain")
    return Effect.succeed(
      RolePlayResult.make({
        model,
        opening,
        personas: given ?? (chosen === "json" ? personas.standard : personas.plain),
        style: chosen,
        condition,
        prompt: rolePlayPromptHash,
      }),
    )
  },
  estimate: () => Estimate.free(1),
})
