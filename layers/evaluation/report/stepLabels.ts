/** How a report names the step behind a row. A step's id is the hash of its inputs, so the report itself can't know it. */
export const stepLabels = {
  simulator: (label: string) => `simulator ${label}`,
  assistant: (label: string) => `assistant ${label}`,
  evaluation: ({ assistant, simulator, persona }: Cell) => `evaluation of ${assistant} with ${simulator} as ${persona}`,
  simulation: (label: string) => `conversations of ${label}`,
  fidelity: (label: string) => `fidelity of ${label}`,
  replay: (label: string) => `replay of ${label}`,
  adherence: (label: string) => `adherence of ${label}`,
  review: (label: string) => `review of ${label}`,
  /** Evaluations that a simulator's utility is the difference of. */
  trainedWith: (label: string) => `evaluation of the assistant trained with ${label}`,
  untrained: (label: string) => `evaluation of the assistant before its training with ${label}`,
  wildbench: (label: string) => `WildBench verdicts on ${label}`,
  wildbenchScores: (label: string) => `WildBench scores of ${label}`,
  wildbenchPairs: ({ test, reference }: { readonly test: string; readonly reference: string }) =>
    `WildBench comparison of ${test} with ${reference}`,
  /** Of an assistant, as the step with this label judged them. */
  wildbenchAnswers: (judging: string, label: string) => `${judging}: answers of ${label}`,
  split: "split",
  report: "report",
}

interface Cell {
  readonly assistant: string
  readonly simulator: string
  readonly persona: string
}
