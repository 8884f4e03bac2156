/** Verdicts made of verdicts: weighted sums, and turns one by one. */
import { Effect } from "effect"
import type { JudgeScore, Part, Verdict } from "../../src/domain/Rollout.ts"
import type { Begun, Dialogue } from "../generation/converse.ts"
import { judgesLeftOut } from "./combineJudges.ts"
import type { Judged, JudgePart } from "./Judge.ts"
import type { ConversationReward, MixReward, Reward, TurnReward } from "./Reward.ts"
import { settle } from "./settle.ts"
import { judgeAll, unscoredBy } from "./Unscored.ts"
import type { Judgment } from "./Unscored.ts"

export const mixVerdict = Effect.fnUntraced(function* (reward: MixReward, judged: Judged, judge: JudgePart) {
  const rewards = reward.parts.map(([, part]) => part)
  const { verdicts, judges } = yield* judgeAll(rewards.map((part) => judge(part, judged)))
  const names = namesOf(rewards)
  const settled = yield* settledNow(
    reward,
    verdicts.map((verdict, i) => partOf(names[i]!, reward.parts[i]![0], verdict)),
    judges,
  )
  return { ...settled, ...underNames(names, verdicts), judges } satisfies Judgment
})

/** Every assistant turn with what was said before it. */
export const turnVerdict = Effect.fnUntraced(function* (reward: TurnReward, judged: Judged, judge: JudgePart) {
  const dialogues = replyEndings(judged.dialogue)
  const { verdicts, judges } = yield* judgeAll(
    dialogues.map((dialogue, turn) =>
      judge(reward.each, { ...judged, dialogue, of: "reply", fluency: judged.fluencies?.[turn], fluencies: undefined }),
    ),
  )
  const names = verdicts.map((_, turn) => `turn ${turn + 1}`)
  const settled = yield* settledNow(
    reward,
    verdicts.map((verdict, turn) => partOf(names[turn]!, weightOf(reward, turn, verdicts.length), verdict)),
    judges,
  )
  const { checks } = underNames(names, verdicts)
  const measures = meansOf(verdicts.map((verdict) => verdict.measures))
  return { ...settled, checks, measures, judges } satisfies Judgment
})

/** The reward of parts before it is known how the rest of the group fared; see `combineJudges`. */
export const settledNow = (reward: Reward, parts: ReadonlyArray<Part>, judges: ReadonlyArray<JudgeScore>) => {
  const node = { reward: null, parts }
  const settled = settle(reward, node, judgesLeftOut(reward, [node]))
  return settled === undefined ? unscoredBy(judges) : Effect.succeed(settled)
}

export const partOf = (name: string, weight: number, { reward, parts }: Verdict): Part => ({
  name,
  weight,
  reward,
  ...(parts === undefined ? {} : { parts }),
})

/** What people call the parts of a reward; numbered where several are of one kind. */
export const namesOf = (rewards: ReadonlyArray<ConversationReward>): ReadonlyArray<string> => {
  const kinds = rewards.map(({ _tag }) => labels[_tag])
  return kinds.map((kind, i) =>
    kinds.indexOf(kind) === kinds.lastIndexOf(kind)
      ? kind
      : `${kind} ${kinds.slice(0, i + 1).filter((one) => one === kind).length}`,
  )
}

/** Mean of every measure over those that have it. */
export const meansOf = (all: ReadonlyArray<Verdict["measures"]>): Verdict["measures"] => {
  const names = [...new Set(all.flatMap((measures) => Object.keys(measures)))]
  return Object.fromEntries(
    names.map((name) => {
      const values = all.flatMap((measures) => measures[name] ?? [])
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length]
    }),
  )
}

/** Checks and measures of several verdicts side by side, and the reward of each. */
export const underNames = (
  names: ReadonlyArray<string>,
  verdicts: ReadonlyArray<Pick<Verdict, "checks" | "measures" | "reward">>,
) => ({
  checks: verdicts.flatMap(({ checks }, i) => checks.map((one) => ({ ...one, check: `${names[i]}: ${one.check}` }))),
  measures: Object.fromEntries(
    verdicts.flatMap(({ reward, measures }, i) => [
      [names[i], reward],
      ...Object.entries(measures).map(([name, value]) => [`${names[i]}: ${name}`, value]),
    ]),
  ),
})

/** The conversation up to each of its replies, in order. */
export const replyEndings = (dialogue: Dialogue): ReadonlyArray<Dialogue> =>
  dialogue.messages
    .flatMap(({ role }, i) => (role === "assistant" ? [i + 1] : []))
    .map((end, turn) => ({
      ...dialogue,
      messages: dialogue.messages.slice(0, end),
      turns: dialogue.turns.slice(0, end),
      transitions: dialogue.transitions.slice(0, turn + 1),
      replyTokens: dialogue.replyTokens.slice(0, turn + 1),
    }))

/** The conversation up to its last reply: what the user said after it was said to that very reply. */
export const upToLastReply = (dialogue: Dialogue): Begun => replyEndings(dialogue).at(-1) ?? dialogue

const weightOf = ({ score, gamma }: TurnReward, turn: number, turns: number) =>
  score === "R2G" ? gamma ** turn : 1 / turns

const labels: Record<ConversationReward["_tag"], string> = {
  ChecklistReward: "checklist",
  RubricReward: "rubric",
  TokenReward: "tokens",
  CommandReward: "command",
  MixReward: "mix",
  MultiTurnAwareReward: "multi-turn",
}
