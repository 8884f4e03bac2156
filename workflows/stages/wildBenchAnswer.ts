/** One answer of an assistant to a task, and what becomes of a task without one. */
import { Effect } from "effect"
import { outputLength } from "../../layers/evaluation/wildbench/outputs.ts"
import { keepingData, reasonOf } from "../../layers/generation/dataFailures.ts"
import type { Assistant } from "../../layers/generation/Speaker.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { RolloutFailure } from "../../src/domain/Rollout.ts"
import type { WildBenchAnswer, WildBenchTask } from "../../src/domain/WildBench.ts"

/** Outages and whatever needs a person fail; all else is a value. An assistant that says nothing has failed the task. */
export const answerTask = (assistant: Assistant, replicate: number) =>
  Effect.fnUntraced(function* ({ session, messages, primaryTag, secondaryTags }: WildBenchTask) {
    const seed = deriveSeed([replicate, "wildbench", session, 0])
    const reply = yield* keepingData(assistant.reply({ messages, before: [], seed }))
    const known = { session, primaryTag, secondaryTags, seed }
    if (reply._tag === "Failed") {
      // An answer that isn't one of the API is the server's doing, not the model's.
      const by = reply.error._tag === "InvalidOutput" ? "infrastructure" : "assistant"
      return without(known, { by, reason: reasonOf(reply.error) })
    }
    const { text, finish, model, key, usage } = reply.value
    const told = { tokens: usage.completionTokens, model, key }
    if (text.trim() === "") return { ...without(known, { by: "assistant", reason: "empty reply" }), ...told }
    const answer: WildBenchAnswer = {
      ...known,
      ...told,
      output: text,
      length: outputLength(text),
      truncated: finish === "length",
      failure: null,
    }
    return answer
  })

const without = (
  known: Pick<WildBenchAnswer, "session" | "primaryTag" | "secondaryTags" | "seed">,
  failure: RolloutFailure,
): WildBenchAnswer => ({
  ...known,
  output: null,
  length: 0,
  truncated: false,
  tokens: 0,
  failure,
  model: null,
  key: null,
})
