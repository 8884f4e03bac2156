/** The demo at its smallest, for runs on the real trainer that are killed. */
import { embeddedGrpo, Sft } from "understudy"
import { study } from "../../workflows/experiments/demo.ts"

export default study("crash-real", {
  sft: { ...Sft.embedded, conversations: 32, heldOut: 16, saveEvery: 2 },
  grpo: { ...embeddedGrpo, iterations: 2, prompts: 1, rollouts: 4 },
  prompts: 4,
})
