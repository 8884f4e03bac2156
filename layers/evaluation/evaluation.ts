/** `understudy/evaluation`: what replies are checked for and measured by. Pure functions, usable without the engine. */
export { Check, checkReply, repliesOf, scoreChecklist } from "./Checklist.ts"
export type { Checked, Replied, Scored } from "./Checklist.ts"
export { copyShare, echoShare, longestCopiedRun, repetition } from "./Parroting.ts"
