/**
 * An ablation: each turn's advantage from its own reward and what follows it (reward to go), in place of the whole
 * conversation's for every turn. Rewards of turns and the conversation's score stay, and steps that are equal are shared.
 *
 *     npx understudy diff paper-embedded workflows/experiments/turnCredit.ts
 */
import { embedded, study } from "./paper.ts"

const base = embedded()
const { GRPO: equal } = base.methods
const perTurn = { ...equal, reward: { ...equal.reward, credit: "R2G" } } as const

export default study("turn-credit", {
  ...base,
  simulators: { "role-play": base.simulators["role-play"] },
  methods: { "equal-credit": equal, "per-turn": perTurn },
})
