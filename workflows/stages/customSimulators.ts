/** Simulators that experiment files define: one function from what was said to the next user turn. */
import { Effect, Predicate, Schema } from "effect"
import type { UserSampling } from "../../layers/generation/FlippedUser.ts"
import { raised } from "../../layers/generation/FlippedUser.ts"
import { plain } from "../../layers/generation/personas.ts"
import type { SimulatedUser, Spoken, UserRequest, UserTurn } from "../../layers/generation/Speaker.ts"
import { sha256Hex } from "../../src/domain/CanonicalJson.ts"
import type { Message } from "../../src/domain/Conversation.ts"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Personas } from "../../src/domain/Persona.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import { CustomResult, Opening } from "../../src/domain/Results.ts"
import { Estimate, Stage } from "../../src/index.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"

export interface SimulatorTools {
  readonly persona: Persona
  /** A journaled chat call under the seed of the request: equal requests are paid once. */
  readonly chat: (
    model: ModelSpec,
    messages: ReadonlyArray<Message>,
    request: Pick<UserRequest, "seed" | "attempt">,
  ) => Effect.Effect<Spoken & { readonly text: string }, LlmError>
}

interface Declaration<A, I> {
  /** Unique in an experiment. */
  readonly name: string
  /** Raised with every change of what it says. */
  readonly version: number
  /** What can be set where it is used; part of the step's id. */
  readonly settings: Schema.Schema<A, I>
  readonly speak: (settings: A, tools: SimulatorTools) => SimulatedUser
}

/** A stage that gives a simulator: `speak` is called for each persona, its `next` for every turn. */
export const defineSimulator = <A, I>({ name, version, settings, speak }: Declaration<A, I>) => {
  const decode = Schema.decodeUnknown(settings)
  speakers.set(keyOf({ name, version }), (encoded, tools) =>
    Effect.map(decode(encoded), (decoded) => speak(decoded, tools)).pipe(
      Effect.mapError(({ message }) => unusable(name, `its settings don't decode: ${message}`)),
    ),
  )
  return Stage.make({
    name,
    version,
    input: {
      settings,
      opening: Opening.pipe(Schema.optionalWith({ default: () => "real" as const })),
      personas: Personas.pipe(Schema.optionalWith({ default: () => plain })),
    },
    output: CustomResult,
    run: (input) =>
      Effect.map(Effect.orDie(Schema.encode(settings)(input.settings as A)), (encoded) =>
        CustomResult.make({
          name,
          version,
          body: sha256Hex(speak.toString()),
          opening: input.opening,
          personas: input.personas,
          settings: encoded,
        }),
      ),
    estimate: () => Estimate.free(1),
    body: speak.toString(),
  })
}

export const customUser = Effect.fnUntraced(function* (
  { name, version, settings }: CustomResult,
  {
    persona,
    sampling,
    caller,
  }: { readonly persona: Persona; readonly sampling: UserSampling; readonly caller: Caller },
) {
  const languageModel = yield* LanguageModel
  const speaker = speakers.get(keyOf({ name, version }))
  if (speaker === undefined) {
    return yield* unusable(name, "no experiment file that was loaded defines it")
  }
  const chat: SimulatorTools["chat"] = (model, messages, { seed, attempt }) =>
    Effect.map(
      languageModel.chat({
        model,
        messages,
        sampling: {
          maxTokens: sampling.maxTokens,
          temperature: raised(sampling.temperature, attempt),
          ...(sampling.topP === undefined ? {} : { topP: sampling.topP }),
          seed,
          sampleIndex: attempt,
        },
        caller,
      }),
      ({ text, key, usage, finish }) => ({ text, key, usage, finish, model: modelIdentity(model) }),
    )
  const { next } = yield* speaker(settings, { persona, chat })
  const user: SimulatedUser = {
    // A defect of the experiment's own code is told by its name, and mended by its author.
    next: (request) =>
      Effect.suspend(() => next(request)).pipe(
        Effect.filterOrFail(isTurn, (turn) =>
          unusable(name, `its next() gave ${JSON.stringify(turn) ?? String(turn)}, which is no turn (see readTurn)`),
        ),
        Effect.catchAllDefect((defect) =>
          unusable(name, `its next() threw ${defect instanceof Error ? defect.message : String(defect)}`),
        ),
      ),
  }
  return user
})

const keyOf = ({ name, version }: Pick<CustomResult, "name" | "version">) => `${name}/v${version}`

const isTurn = (turn: UserTurn): turn is UserTurn =>
  Predicate.isRecord(turn) &&
  typeof turn.key === "string" &&
  (turn._tag === "Left" || (turn._tag === "Said" && typeof turn.text === "string"))

const speakers = new Map<
  string,
  (settings: unknown, tools: SimulatorTools) => Effect.Effect<SimulatedUser, Misconfigured>
>()

const unusable = (name: string, detail: string) =>
  Misconfigured.make({
    endpoint: "the experiment file",
    model: name,
    detail,
    advice: "Define it with Simulator.define in the file that is run, or in one that it imports.",
  })
