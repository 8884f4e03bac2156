/**
 * Judges of checklists: a model behind an endpoint answers for all items of a task at once; one that is reached in
 * tokens is asked for each item whether "Yes" or "No" is the likelier word. What a judge doesn't say is missing.
 */
import { Effect, Either, JSONSchema, Schema } from "effect"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { modelIdentity } from "../../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import type { ItemVerdicts, WildBenchTask } from "../../../src/domain/WildBench.ts"
import type { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { keepingData } from "../../generation/dataFailures.ts"
import type { TokenModel } from "../../llm/TokenModel.ts"
import { askJudge } from "./askJudge.ts"
import { checklistPrompt, itemPrompt } from "./checklistPrompt.ts"
import { failureOf } from "./failureOf.ts"
import { given, isComplete, readItems } from "./readItems.ts"
import type { ReadItems } from "./readItems.ts"

/** Fails where the judge can't be reached or a person has to act; all else are verdicts that are missing. */
export type ChecklistJudge<R = never> = (asked: Checked) => Effect.Effect<ItemVerdicts, LlmError, R>

export interface Checked {
  readonly task: WildBenchTask
  readonly output: string
}

export interface JudgeOptions {
  readonly maxTokens: number
  readonly seed: number
  readonly step: string
}

/** What a judge is asked for, sent as `response_format`. */
const ChecklistReply = Schema.Struct({
  verdicts: Schema.Array(Schema.Struct({ item: Schema.Int, reason: Schema.String, satisfied: Schema.Boolean })),
})

/**
 * Any JSON decodes: `readItems` says what of it are verdicts, so that one strange entry doesn't cost all the others.
 * Servers are sent the strict form.
 */
const AnyReply = Schema.Unknown.annotations({ jsonSchema: JSONSchema.make(ChecklistReply) })

export const chatChecklistJudge =
  (model: ModelSpec, { maxTokens, seed, step }: JudgeOptions): ChecklistJudge<LanguageModel> =>
  ({ task, output }) =>
    Effect.gen(function* () {
      const items = task.checklist.length
      let fullest: { readonly read: ReadItems; readonly key: string } | undefined
      const asked = yield* keepingData(
        askJudge({
          model,
          content: checklistPrompt(task, output),
          jsonSchema: { name: "checklist", schema: AnyReply },
          read: (text, key) => {
            const read = readItems(JSON.parse(text), items)
            if (read !== undefined && given(read) > given(fullest?.read)) fullest = { read, key }
            if (read !== undefined && isComplete(read)) return Either.right(true)
            return Either.left(`it has verdicts on ${given(read)} of ${items} items`)
          },
          seedOf: (attempt) => deriveSeed([seed, "checklist", task.session, modelIdentity(model), attempt]),
          maxTokens,
          caller: { step },
        }),
      )
      // Whatever came last: the fullest of its answers is what the judge has said.
      if (fullest === undefined) return missing(items, asked._tag === "Failed" ? failureOf(asked.error) : "other")
      const { read, key } = fullest
      return { ...read, failure: isComplete(read) ? null : "incomplete", keys: [key] } satisfies ItemVerdicts
    })

export const tokenChecklistJudge =
  ({ tokenizer, template, score }: TokenModel, { step }: Pick<JudgeOptions, "step">): ChecklistJudge =>
  ({ task, output }) => {
    const likelihood = (prompt: ReadonlyArray<number>, word: string) =>
      Effect.map(score([...prompt, ...tokenizer.encode(word)], { role: "judge", step }), (logprobs) =>
        // Of each token after the first.
        logprobs.slice(prompt.length - 1).reduce((sum, logprob) => sum + logprob, 0),
      )
    return keepingData(
      Effect.forEach(task.checklist, (item) => {
        const content = itemPrompt(task, output, item)
        const prompt = template.encode([{ role: "user", content }], "assistant")
        return Effect.map(
          Effect.all([likelihood(prompt, "Yes"), likelihood(prompt, "No")], { concurrency: 2 }),
          ([yes, no]) => yes > no,
        )
      }),
    ).pipe(
      Effect.map((judged): ItemVerdicts =>
        judged._tag === "Failed"
          ? missing(task.checklist.length, failureOf(judged.error))
          : { satisfied: judged.value, failure: null, keys: [] },
      ),
    )
  }

/** All of them, for one reason. */
export const missing = (items: number, failure: ItemVerdicts["failure"]): ItemVerdicts => ({
  satisfied: Array.from({ length: items }, () => null),
  failure,
  keys: [],
})
