/** What a reply leads to: conversations are gone on with from there, each is measured, and means are taken (paper 3.1). */
import { Effect } from "effect"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { JudgeScore, Part, Verdict } from "../../src/domain/Rollout.ts"
import type { Dialogue } from "../generation/converse.ts"
import { meansOf, namesOf, partOf, settledNow, underNames, upToLastReply } from "./composedVerdicts.ts"
import { floorVerdict } from "./floorVerdict.ts"
import type { Forward, Judged, JudgePart } from "./Judge.ts"
import type { MultiTurnAwareReward } from "./Reward.ts"
import { judgeAll, orUnscored, Unscored } from "./Unscored.ts"
import type { Judgment } from "./Unscored.ts"

/**
 * A sample that the infrastructure failed is left out of the means and counted; one that the assistant failed scores the
 * floor of every metric.
 */
export const multiTurnVerdict = Effect.fnUntraced(function* (
  reward: MultiTurnAwareReward,
  judged: Judged,
  judge: JudgePart,
) {
  const forward = yield* forwardOf(judged)
  const names = namesOf(reward.metrics.map(({ metric }) => metric))
  const from = upToLastReply(judged.dialogue)
  // Without a window all samples are the conversation as it stands.
  const indices = Array.from({ length: reward.window === 0 ? 1 : reward.samples }, (_, sample) => sample)
  const samples = yield* Effect.forEach(
    indices,
    (sample): Effect.Effect<Sample, LlmError> =>
      reward.window === 0
        ? measured(reward, { ...judged.dialogue, ...from, calls: [] }, judged, judge)
        : Effect.flatMap(forward(from, { window: reward.window, sample }), (dialogue) =>
            measured(reward, dialogue, judged, judge),
          ),
    { concurrency: "unbounded" },
  )
  const judges = samples.flatMap((sample) => sample.judges ?? [])
  const there = samples.flatMap(({ verdicts }) => (verdicts === undefined ? [] : [verdicts]))
  if (there.length === 0) {
    const reasons = [...new Set(samples.map(({ failure }) => failure))].join("; ")
    return yield* Unscored.make({ reason: `no forward sample could be measured: ${reasons}`, judges })
  }
  const { reward: value, parts } = yield* settledNow(
    reward,
    samples.map((sample, i) => samplePart(reward, names, sample, i)),
    judges,
  )
  const named = there.map((verdicts) => underNames(names, verdicts))
  return {
    reward: value,
    ...(parts === undefined ? {} : { parts }),
    checks: samples.flatMap(({ verdicts, failure }, i) => [
      ...(failure === undefined
        ? []
        : [{ check: `sample ${i + 1}`, passed: verdicts === undefined ? null : false, reason: failure }]),
      ...(verdicts === undefined
        ? []
        : underNames(names, verdicts).checks.map((one) => ({ ...one, check: `sample ${i + 1}: ${one.check}` }))),
    ]),
    measures: {
      ...meansOf(named.map(({ measures }) => measures)),
      "forward samples": there.length,
      "forward samples failed": samples.length - there.length,
    },
    judges,
  } satisfies Judgment
})

/** Without `verdicts` it is missing. */
interface Sample {
  readonly verdicts?: ReadonlyArray<Verdict>
  readonly failure?: string
  readonly judges?: ReadonlyArray<JudgeScore>
  readonly calls: ReadonlyArray<string>
}

const measured = (
  { metrics }: MultiTurnAwareReward,
  dialogue: Dialogue,
  judged: Judged,
  judge: JudgePart,
): Effect.Effect<Sample, LlmError> => {
  const { calls, failure } = dialogue
  if (failure?.by === "infrastructure") return Effect.succeed({ calls, failure: failure.reason })
  if (failure?.by === "assistant") {
    const verdicts = metrics.map(({ metric }) => floorVerdict(metric, dialogue, failure.reason))
    return Effect.succeed({ calls, verdicts, failure: failure.reason })
  }
  const shown: Judged = { ...judged, dialogue, of: "conversation", fluency: undefined, fluencies: undefined }
  return Effect.map(orUnscored(judgeAll(metrics.map(({ metric }) => judge(metric, shown)))), (all) =>
    all instanceof Unscored ? { calls, failure: all.reason, judges: all.judges } : { calls, ...all },
  )
}

const samplePart = (
  { metrics }: MultiTurnAwareReward,
  names: ReadonlyArray<string>,
  { verdicts, failure, calls }: Sample,
  index: number,
): Part => ({
  name: `sample ${index + 1}`,
  weight: 0,
  reward: null,
  calls,
  ...(failure === undefined ? {} : { failure }),
  ...(verdicts === undefined
    ? {}
    : { parts: verdicts.map((verdict, i) => partOf(names[i]!, metrics[i]!.weight, verdict)) }),
})

const forwardOf = ({ forward, caller }: Judged): Effect.Effect<Forward, Misconfigured> =>
  forward === undefined
    ? Misconfigured.make({
        endpoint: "the reward",
        model: "MultiTurnAwareReward",
        detail: `step ${caller.step} has no assistant and simulator to sample forward with`,
        advice: "Use it where rollouts are held: in TrainAssistant and Evaluate.",
      })
    : Effect.succeed(forward)
