/** The demo on a small scale: the same path in a few minutes. It shows that everything works, and nothing else. */
import { embeddedGrpo, Sft } from "understudy"
import { study } from "./demo.ts"

export default study("demo-quick", {
  sft: { ...Sft.embedded, conversations: 32, heldOut: 16 },
  grpo: { ...embeddedGrpo, iterations: 2, prompts: 1 },
  prompts: 8,
})
