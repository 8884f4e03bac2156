/**
 * Assistants and judges on a scripted endpoint that know how good they are: every task has an answer of known quality for
 * every assistant, and each judge reads the criteria's truth from the answer, with errors of its own.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import * as Model from "../../../layers/llm/Model.ts"
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"
import { Experiment, FileRef, Grid } from "../../../src/index.ts"
import { InitialAssistant } from "../../../workflows/stages/InitialAssistant.ts"
import { WildBenchAnswers } from "../../../workflows/stages/WildBenchAnswers.ts"
import { WildBenchTasks } from "../../../workflows/stages/WildBenchTasks.ts"
import { WildBenchVerdicts } from "../../../workflows/stages/WildBenchVerdicts.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import type { Arrival } from "../../support/ScriptedOpenAi.ts"
import { makeStudy } from "../../../workflows/Study.ts"
import type { Study } from "../../../workflows/Study.ts"

export const judges = ["judge-a", "judge-b", "judge-c"] as const
export const items = 4
const tags = ["Planning", "Math", "Editing", "Coding & Debugging", "Advice seeking"]

export const taskFile = (folder: string, count: number) => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `tasks-${count}.jsonl`)
  const row = (_: unknown, i: number) =>
    JSON.stringify({
      session_id: `task-${i}`,
      conversation_input: [{ role: "user", content: `Do thing task-${i} please.` }],
      checklist: Array.from({ length: items }, (_item, item) => `Is point ${item + 1} met?`),
      primary_tag: tags[i % tags.length],
      secondary_tags: [],
    })
  writeFileSync(file, Array.from({ length: count }, row).join("\n"))
  return file
}

const coin = (share: number, ...parts: ReadonlyArray<string | number>) => randomFrom(deriveSeed(parts)).next() < share

/** Whether an assistant's answer meets an item of a task: the truth. */
export const isMet = (assistant: string, task: string, item: number) =>
  coin(assistant === "good" ? 0.75 : 0.5, "met", assistant, task, item)

/** What a judge says of it: wrong once in ten. */
export const saysMet = (judge: string, assistant: string, task: string, item: number) =>
  isMet(assistant, task, item) !== coin(0.1, "wrong", judge, assistant, task, item)

/** Who is asked, about which task; a judge about whose answer. */
export const requestOf = ({ body }: Arrival) => {
  const messages = Schema.decodeUnknownSync(Messages)(body["messages"])
  const said = messages.map(({ content }) => content).join("\n")
  return {
    model: String(body["model"]),
    task: /task-\d+/.exec(said)?.[0] ?? "",
    assistant: /Answer by (\w+)/.exec(said)?.[1] ?? "",
    seed: Number(body["seed"]),
    temperature: Number(body["temperature"]),
  }
}
export type Asked = ReturnType<typeof requestOf>
const Messages = Schema.Array(Schema.Struct({ content: Schema.String }))

export const isJudge = ({ model }: Asked) => model.startsWith("judge-")

export const said = (words: string, finish = "stop"): Fault => ({ kind: "text", text: words, finish })

/** What everybody says when nothing goes wrong. */
export const usual = ({ model, task, assistant }: Asked): Fault => {
  if (!model.startsWith("judge-"))
    return said(`Answer by ${model} to ${task}${"!".repeat(deriveSeed([model, task]) % 40)}`)
  const verdict = (_: unknown, i: number) => ({
    item: i + 1,
    reason: "so",
    satisfied: saysMet(model, assistant, task, i),
  })
  return said(JSON.stringify({ verdicts: Array.from({ length: items }, verdict) }))
}

const model = (name: string) => Model.openai(name, { revision: "1" })
export const judgeModels = judges.map((name) => ({ model: model(name) })) as unknown as readonly [
  { readonly model: ReturnType<typeof model> },
  ...Array<{ readonly model: ReturnType<typeof model> }>,
]

interface Options {
  readonly assistants?: ReadonlyArray<string>
  readonly maxFailureShare?: number
}

/** Answers and verdicts of each assistant by its name. */
export const wildBenchSteps = (file: string, { assistants = ["good", "fair"], maxFailureShare = 1 }: Options = {}) => {
  const tasks = WildBenchTasks({ file: FileRef.make({ path: file }) })
  return Object.fromEntries(
    assistants.map((name) => {
      const assistant = InitialAssistant({ model: model(name) })
      const answers = WildBenchAnswers({ tasks, assistant, maxFailureShare })
      return [
        name,
        { assistant, answers, verdicts: WildBenchVerdicts({ answers, judges: judgeModels, maxFailureShare }) },
      ]
    }),
  )
}

export const idIn = ({ graph }: Study, step: object | undefined) =>
  [...graph.ids].find(([one]) => one === step)?.[1] ?? ""

/** An experiment of these steps. */
export const studyOf = (
  file: string,
  steps: ReturnType<typeof wildBenchSteps>,
  collected: ReadonlyArray<Parameters<typeof idIn>[1] & object> = [],
) => {
  const grids = {
    main: Grid.make({ axes: { of: Object.keys(steps) }, experiment: ({ of }) => steps[of]!.verdicts }),
  }
  const collect = () => collected as ReadonlyArray<ReturnType<typeof wildBenchSteps>[string]["verdicts"]>
  return makeStudy(Experiment.make("wildbench", { grids, collect }), new Map([[file, "0".repeat(64)]]))
}
