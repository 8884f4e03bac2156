import { assert, describe, it } from "@effect/vitest"
import { Effect, JSONSchema } from "effect"
import { contentHash } from "../../../src/domain/CanonicalJson.ts"
import * as Model from "../../../layers/llm/Model.ts"
import { paper, plain, standard } from "../../../layers/generation/personas.ts"
import { rolePlayPromptHash } from "../../../layers/generation/rolePlayPrompt.ts"
import { RolePlayReply } from "../../../layers/generation/RolePlayUser.ts"
import { InvalidInput } from "../../../src/index.ts"
import { RolePlay } from "../../../workflows/stages/RolePlay.ts"

const served = Model.openai("simulator", { revision: "1" })

describe("RolePlay", () => {
  it("has another version when it asks in other words", () => {
    assert.deepEqual(
      { version: RolePlay.version, prompt: rolePlayPromptHash, reply: contentHash(JSONSchema.make(RolePlayReply)) },
      {
        version: 2,
        prompt: "363a9cec36711d06c86aaf40d2168c7ad1a7deeb871fa77dc9990d8c5dd420a3",
        reply: "8a12d66af81b8eefb93f1a5b8960281aebff0c70c09866d2c57041e486825d0b",
      },
      "The words or the form of the role-play prompt changed, so results under the same version would not be comparable: " +
        "raise `version` in workflows/stages/RolePlay.ts, then put the version and the hashes here.",
    )
  })

  it("plays an ordinary person on endpoints and a plain one elsewhere, unless told", () => {
    const given = (input: Parameters<typeof RolePlay>[0]) =>
      Effect.runSync(RolePlay.run(RolePlay(input).input as never) as Effect.Effect<typeof RolePlay.output.Type>)
    assert.deepInclude(given({ model: served }), { style: "json", opening: "real", personas: standard })
    assert.deepInclude(given({ model: Model.embedded }), { style: "plain", personas: plain })
    assert.deepInclude(given({ model: served, opening: "generated", personas: paper }), {
      opening: "generated",
      personas: paper,
      prompt: rolePlayPromptHash,
    })
  })

  it("refuses a style that the model can't be asked in", () => {
    assert.throws(() => RolePlay({ model: served, style: "plain" }), InvalidInput, /leave `style` out/)
    assert.throws(() => RolePlay({ model: Model.embedded, style: "json" }), InvalidInput, /leave `style` out/)
  })
})
