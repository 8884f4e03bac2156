import { assert, describe, it } from "@effect/vitest"
import * as U from "../../../workflows/index.ts"

const model = U.Model.openai("m", { revision: "1" })
const split = U.Split({ corpus: U.embeddedCorpus() })
const assistant = U.InitialAssistant({ model })
const simulate = (
  conversing: Partial<typeof U.Conversing.Encoded>,
  personas?: Parameters<typeof U.RolePlay>[0]["personas"],
) =>
  U.Simulate({
    split,
    assistant,
    simulator: U.RolePlay({ model, ...(personas === undefined ? {} : { personas }) }),
    conversing: { turns: 3, maxTokens: 64, ...conversing },
    prompts: 1,
  })

describe("settings that contradict each other", () => {
  it("are refused before anything runs", () => {
    assert.throws(() => simulate({ guardrails: { minTurns: 4 } }), U.InvalidInput, /no user could ever leave/)
    assert.doesNotThrow(() => simulate({ guardrails: { minTurns: 3 } }))
    assert.doesNotThrow(() => simulate({ guardrails: { minTurns: 4 }, ends: "limit" }))
    assert.throws(() => simulate({ guardrails: { openings: [" "] } }), U.InvalidInput)
  })

  it("are personas of one name in a mixture", () => {
    const { plain } = U.Personas
    assert.throws(
      () => simulate({}, [plain, { ...plain, rules: ["Ask."] }]),
      U.InvalidInput,
      /Personas of different names/,
    )
  })
})
