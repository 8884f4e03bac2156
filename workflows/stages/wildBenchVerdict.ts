/** What a panel of judges says of one answer, and sums of it. */
import { Effect } from "effect"
import type { ChecklistJudge } from "../../layers/evaluation/judges/ChecklistJudge.ts"
import { decideItems } from "../../layers/evaluation/judges/majority.ts"
import type { NamedJudge, WildBenchAnswer, WildBenchTask, WildBenchVerdict } from "../../src/domain/WildBench.ts"

export interface Answered {
  readonly task: WildBenchTask
  readonly answers: ReadonlyArray<WildBenchAnswer>
}

/** Where there is no answer nobody is asked: what the assistant caused satisfies nothing, all else is missing. */
export const judgeAnswer = <R>(judges: ReadonlyArray<ChecklistJudge<R>>) =>
  Effect.fnUntraced(function* ({ task, answers: [answer] }: Answered) {
    const items = task.checklist.length
    const output = answer?.output ?? null
    const given =
      output === null
        ? []
        : yield* Effect.forEach(judges, (judge) => judge({ task, output }), { concurrency: "unbounded" })
    const floor = answer?.failure?.by === "assistant" ? false : null
    const verdict: WildBenchVerdict = {
      session: task.session,
      primaryTag: task.primaryTag,
      secondaryTags: task.secondaryTags,
      checklist: task.checklist,
      length: answer?.length ?? 0,
      truncated: answer?.truncated ?? false,
      failure: answer?.failure ?? null,
      judges: given,
      satisfied:
        output === null
          ? Array.from({ length: items }, () => floor)
          : decideItems(
              items,
              given.map(({ satisfied }) => satisfied),
            ),
    }
    return verdict
  })

/** Items by what the judges came to. */
export const itemCounts = (rows: ReadonlyArray<Pick<WildBenchVerdict, "satisfied">>) => {
  const all = rows.flatMap(({ satisfied }) => satisfied)
  const count = (wanted: boolean | null) => all.filter((one) => one === wanted).length
  return { satisfied: count(true), unsatisfied: count(false), missing: count(null) }
}

/** Answers on which a judge's verdicts are missing, by judge and reason, most frequent first. */
export const judgeFailureCounts = (
  judges: ReadonlyArray<NamedJudge>,
  rows: ReadonlyArray<Pick<WildBenchVerdict, "judges">>,
) =>
  summedFailures(
    rows.flatMap((row) =>
      row.judges.flatMap(({ failure: reason }, i) =>
        reason === null ? [] : [{ judge: judges[i]?.name ?? "", reason, count: 1 }],
      ),
    ),
  )

/** Equal ones of several batches as one. */
export const summedFailures = <A extends { readonly judge: string; readonly reason: string; readonly count: number }>(
  failures: ReadonlyArray<A>,
): ReadonlyArray<A> => {
  const found = new Map<string, A>()
  for (const failure of failures) {
    const name = JSON.stringify([failure.judge, failure.reason])
    found.set(name, { ...failure, count: failure.count + (found.get(name)?.count ?? 0) })
  }
  return [...found.values()].sort((a, b) => b.count - a.count)
}
