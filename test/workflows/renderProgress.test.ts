import { assert, describe, it } from "vitest"
import type { Progress } from "../../workflows/Progress.ts"
import { renderProgress, renderProgressLine } from "../../workflows/renderProgress.ts"

const running = {
  id: "TrainAssistant/v1-0",
  label: "TrainAssistant role-play",
  calls: 288,
  expectedCalls: 640,
  tokens: 12_345,
  micros: 120_000,
  tokensPerSecond: 35.4,
  secondsLeft: 130,
}

const progress: Progress = {
  done: 4,
  steps: 14,
  running: [running],
  suspended: 1,
  micros: 1_500_000,
  elapsedSeconds: 200,
  secondsLeft: 400,
}

describe("progress", () => {
  it("has a line for the run and one for each running step", () => {
    assert.deepEqual(renderProgress(progress), [
      "4/14 steps · 3 min 20 s, about 7 min left · $1.50 · 1 suspended",
      "  TrainAssistant role-play  45% of 640 calls · 35 tokens/s · 12,345 tokens · $0.120 · about 2 min left",
    ])
  })

  it("is one line in a log, and says nothing that it doesn't know", () => {
    const free = { ...running, label: "Corpus 971b", calls: 0, expectedCalls: 0, tokens: 0, micros: 0 }
    const line = renderProgressLine({ ...progress, running: [free], suspended: 0, micros: 0, secondsLeft: undefined })
    assert.strictEqual(line, "4/14 steps · 3 min 20 s | Corpus 971b")
  })

  it("shows the first of many steps", () => {
    const lines = renderProgress({ ...progress, running: Array.from({ length: 12 }, () => running) })
    assert.lengthOf(lines, 10)
    assert.strictEqual(lines.at(-1), "  and 4 more")
  })
})
