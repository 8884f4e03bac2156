import { assert, describe, it } from "vitest"
import { checkReply, copyShare } from "understudy/evaluation"
import { bootstrapMean, quantile } from "understudy/statistics"
import * as Tinker from "understudy/tinker"
import { grpoDatums, groupAdvantages } from "understudy/training"
import * as Bootstrap from "../../layers/evaluation/Bootstrap.ts"

describe("subpaths", () => {
  it("are the sources themselves in a checkout", () => {
    assert.strictEqual(bootstrapMean, Bootstrap.bootstrapMean)
  })

  it("give functions that need no engine", () => {
    assert.strictEqual(quantile([1, 2, 3], 0.5), 2)
    assert.deepEqual(groupAdvantages([1, 3]), [-1, 1])
    assert.deepEqual(
      grpoDatums([], { dropConstantGroups: true }).pipe((either) => either._tag),
      "Right",
    )
    assert.strictEqual(Tinker.passParts([]).length, 0)
    assert.strictEqual(copyShare("what is a comet", ["what is a comet"]), 1)
    const said = { reply: "Is it?", previousReplies: [], userMessages: ["It is."] }
    assert.isTrue(checkReply({ kind: "ends-with-question" }, said).passed)
  })
})
