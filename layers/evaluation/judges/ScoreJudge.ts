/** Scores one answer from 1 to 10. A score that can't be had is null and says why. */
import { Effect, Either, Schema } from "effect"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { modelIdentity } from "../../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import type { ScoreVerdict } from "../../../src/domain/WildBench.ts"
import type { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { keepingData } from "../../generation/dataFailures.ts"
import { askJudge } from "./askJudge.ts"
import type { Checked, JudgeOptions } from "./ChecklistJudge.ts"
import { failureOf } from "./failureOf.ts"
import { scorePrompt } from "./scorePrompt.ts"

/** Fails as the call does. */
export const scoreJudge =
  (model: ModelSpec, { maxTokens, seed, step }: JudgeOptions) =>
  ({ task, output }: Checked): Effect.Effect<ScoreVerdict, LlmError, LanguageModel> =>
    keepingData(
      askJudge({
        model,
        content: scorePrompt(task, output),
        jsonSchema: { name: "score", schema: ScoreReply },
        read: (text, key) =>
          Either.mapBoth(decode(text), { onLeft: ({ message }) => message, onRight: (read) => ({ ...read, key }) }),
        seedOf: (attempt) => deriveSeed([seed, "score", task.session, modelIdentity(model), attempt]),
        maxTokens,
        caller: { step },
      }),
    ).pipe(
      Effect.map((asked) =>
        asked._tag === "Kept"
          ? { ...asked.value, failure: null }
          : { score: null, reason: "", key: null, failure: failureOf(asked.error) },
      ),
    )

const ScoreReply = Schema.Struct({ reason: Schema.String, score: Schema.Int.pipe(Schema.between(1, 10)) })
const decode = Schema.decodeUnknownEither(Schema.parseJson(ScoreReply))
