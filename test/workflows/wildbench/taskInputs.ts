/** What a report on six tasks is made of, with artifacts in the store: everything that somebody wrote ends in `words`. */
import { Effect } from "effect"
import { decideItems } from "../../../layers/evaluation/judges/majority.ts"
import type {
  ItemVerdicts,
  WildBenchAnswer,
  WildBenchPair,
  WildBenchScore,
  WildBenchTask,
  WildBenchVerdict,
} from "../../../src/domain/WildBench.ts"
import * as files from "../../../workflows/stages/wildBenchFiles.ts"
import { model } from "../../layers/evaluation/report/reportInputs.ts"

const judges = ["judge-a", "judge-b", "judge-c"]
const named = (name: string) => ({ name, family: name, heldOut: false, by: "answer" as const })

/**
 * The infrastructure lost task 2 of `fair`, which refused task 3; `judge-b` said nothing useful of task 0. Even tasks are
 * of Math, odd ones of Planning.
 */
export const taskInputs = (words: string) =>
  Effect.gen(function* () {
    const tasks = Array.from({ length: 6 }, (_, i): WildBenchTask => ({
      session: `task-${i}`,
      messages: [{ role: "user", content: `Do task ${i}. ${words}` }],
      checklist: [`Is task ${i} done? ${words}`, "Is it short?"],
      primaryTag: i % 2 === 0 ? "Math" : "Planning",
      secondaryTags: [],
    }))
    const answer = (assistant: string, { session, primaryTag, secondaryTags }: WildBenchTask): WildBenchAnswer => {
      const known = { session, primaryTag, secondaryTags, model: "m@1", key: "k".repeat(64), seed: 1, tokens: 7 }
      const failed =
        assistant === "fair" && session === "task-2"
          ? { by: "infrastructure" as const, reason: "invalid output" }
          : assistant === "fair" && session === "task-3"
            ? { by: "assistant" as const, reason: "refused" }
            : null
      if (failed !== null) return { ...known, output: null, length: 0, truncated: false, failure: failed }
      const output = `${assistant} answers ${session}. ${words}`
      return { ...known, output, length: output.length, truncated: false, failure: null }
    }
    const verdict = (task: WildBenchTask, { length, failure }: WildBenchAnswer): WildBenchVerdict => {
      const { session, primaryTag, secondaryTags, checklist } = task
      const judged = judges.map((judge): ItemVerdicts => {
        if (judge === "judge-b" && session === "task-0")
          return { satisfied: [null, null], failure: "invalid output", keys: [] }
        return { satisfied: [true, false], reasons: [`Because. ${words}`, ""], failure: null, keys: [`${judge}-call`] }
      })
      const given = failure === null ? judged : []
      const floor = failure?.by === "assistant" ? false : null
      const satisfied =
        failure === null
          ? decideItems(
              2,
              given.map((one) => one.satisfied),
            )
          : [floor, floor]
      const about = { session, primaryTag, secondaryTags, checklist, length, truncated: false, failure }
      return { ...about, judges: given, satisfied }
    }
    const about = ({ session, primaryTag, secondaryTags }: WildBenchTask) => ({ session, primaryTag, secondaryTags })
    const taskFile = yield* files.tasks.write(tasks)
    const answeredBy = (assistant: string) =>
      Effect.gen(function* () {
        const answers = tasks.map((task) => answer(assistant, task))
        const answered = { tasks: taskFile, answers: yield* files.answers.write(answers) }
        const rows = tasks.map((task, i) => verdict(task, answers[i]!))
        const counts = { items: { satisfied: 0, unsatisfied: 0, missing: 0 }, judgeFailures: [], failures: [] }
        const verdicts = yield* files.verdicts.write(rows)
        const result = {
          ...counts,
          model,
          judges: judges.map(named),
          prompt: "",
          verdicts,
          count: 6,
          answered,
          seconds: 1,
        }
        return { assistant, rows, result: { _tag: "WildBenchVerdicts" as const, ...result } }
      })
    const [good, fair] = [yield* answeredBy("good"), yield* answeredBy("fair")]
    const scored = tasks.map((task): WildBenchScore => ({
      ...about(task),
      length: 9,
      incomplete: false,
      verdict: { score: 8, reason: `Well done. ${words}`, key: "score-call", failure: null },
      failure: null,
    }))
    const order = (choice: "A+" | "A=B") => ({
      choice,
      reason: `More to the point. ${words}`,
      key: "pair-call",
      failure: null,
    })
    const compared = tasks.map((task): WildBenchPair => ({
      ...about(task),
      testLength: 9,
      referenceLength: 9,
      incomplete: false,
      verdict:
        task.session === "task-2" || task.session === "task-3"
          ? null
          : { orders: [order("A+"), order("A=B")], outcome: "win" },
    }))
    const one = { model, judge: named("judge-d"), prompt: "", count: 6, judgeFailures: [], seconds: 1 }
    const scores = yield* files.scores.write(scored)
    const pairs = yield* files.pairs.write(compared)
    const both = { test: good.result.answered, reference: fair.result.answered }
    return {
      simulators: {},
      assistants: Object.fromEntries(
        ["good", "fair"].map((name) => [name, { _tag: "InitialAssistant" as const, model }]),
      ),
      matrix: [],
      wildbench: [
        {
          ...good,
          scores: {
            rows: scored,
            result: { ...one, _tag: "WildBenchScores" as const, scores, answered: good.result.answered },
          },
        },
        fair,
      ],
      wildbenchPairs: [
        {
          test: "good",
          reference: "fair",
          rows: compared,
          result: { ...one, _tag: "WildBenchPairs" as const, reference: model, pairs, answered: both },
        },
      ],
    }
  })
