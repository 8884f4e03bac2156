/** Every assistant on the same tasks before the same judges, in the form that `Report` reads. */
import type { PolicyResult } from "../../src/domain/Results.ts"
import type { WildBenchTasksResult } from "../../src/domain/WildBench.ts"
import type { Step } from "../../src/index.ts"
import { WildBenchAnswers } from "./WildBenchAnswers.ts"
import { WildBenchVerdicts } from "./WildBenchVerdicts.ts"

export const wildBenchCells = <RA, RT>(options: {
  readonly tasks: Step.Step<WildBenchTasksResult, RT>
  readonly assistants: Readonly<Record<string, Step.Step<PolicyResult, RA>>>
  readonly judges: Parameters<typeof WildBenchVerdicts>[0]["judges"]
  /** Of answers; defaults are the paper's. */
  readonly answering?: Omit<Parameters<typeof WildBenchAnswers>[0], "tasks" | "assistant"> | undefined
  readonly judging?: Omit<Parameters<typeof WildBenchVerdicts>[0], "answers" | "judges"> | undefined
}) =>
  Object.entries(options.assistants).map(([assistant, policy]) => ({
    assistant,
    verdicts: WildBenchVerdicts({
      ...options.judging,
      answers: WildBenchAnswers({ ...options.answering, tasks: options.tasks, assistant: policy }),
      judges: options.judges,
    }),
  }))
