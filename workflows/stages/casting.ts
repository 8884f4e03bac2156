/** The two sides of a conversation from what earlier steps gave. */
import { Effect } from "effect"
import { chatAssistant } from "../../layers/generation/ChatAssistant.ts"
import { completionUser } from "../../layers/generation/CompletionUser.ts"
import { flippedUser } from "../../layers/generation/FlippedUser.ts"
import type { UserSampling } from "../../layers/generation/FlippedUser.ts"
import { personaList, personaOf, plain } from "../../layers/generation/personas.ts"
import { rolePlayUser } from "../../layers/generation/RolePlayUser.ts"
import type { SimulatedUser } from "../../layers/generation/Speaker.ts"
import { tokenAssistant } from "../../layers/generation/TokenAssistant.ts"
import type { AssistantSampling } from "../../layers/generation/TokenAssistant.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { fromCheckpoint } from "../../layers/training/Policy.ts"
import { speaking } from "../../layers/training/SftSource.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Persona, Personas } from "../../src/domain/Persona.ts"
import type { Opening, PolicyResult, SimulatorResult } from "../../src/domain/Results.ts"
import { assistantSampling, userSampling } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { customUser } from "./customSimulators.ts"

/** Models behind an endpoint are only reached as text; all others in tokens, through the trainer. */
export const isRemote = ({ provider }: ModelSpec) => provider === "openai"

/** The simulated user of each prompt. */
export interface CastUser {
  readonly opening: Opening
  readonly of: (prompt: Conversation) => { readonly user: SimulatedUser; readonly persona: string }
}

/** `override` are personas in place of the simulator's own; `seed` (the replicate's) draws from a mixture. */
export const castUser = Effect.fnUntraced(function* (
  simulator: SimulatorResult,
  {
    override,
    sampling,
    seed,
    step,
  }: {
    readonly override?: Personas | undefined
    readonly sampling: UserSampling
    readonly seed: number
    readonly step: string
  },
) {
  const personas = personasOf(simulator, override)
  const speak = yield* speakerOf(simulator, sampling, step)
  const users = new Map<string, SimulatedUser>()
  for (const persona of personaList(personas)) users.set(persona.name, yield* speak(persona))
  const cast: CastUser = {
    opening: simulator.opening,
    of: ({ id }) => {
      const persona = personaOf(personas, seed, id).name
      // Every persona of the list has a user.
      return { persona, user: users.get(persona)! }
    },
  }
  return cast
})

/** Both sides of the conversations of a step. */
export const castBoth = Effect.fnUntraced(function* ({
  assistant,
  simulator,
  persona,
  conversing,
  sampling = assistantSampling(conversing),
  seed,
  step,
}: {
  readonly assistant: PolicyResult
  readonly simulator: SimulatorResult
  readonly persona: Personas | undefined
  readonly conversing: Conversing
  /** Of the assistant. Default: that of `conversing`. */
  readonly sampling?: AssistantSampling
  readonly seed: number
  readonly step: string
}) {
  const cast = yield* castAssistant(assistant, sampling, step)
  const user = yield* castUser(simulator, { override: persona, sampling: userSampling(conversing), seed, step })
  const { guardrails } = conversing
  return { ...cast, opening: user.opening, userOf: user.of, limits: conversing, guardrails, seed, step }
})

/** What the simulated users of a step are. */
export const personasOf = (simulator: SimulatorResult, override: Personas | undefined): Personas =>
  override ?? ("personas" in simulator ? simulator.personas : plain)

/** How a simulator speaks in a persona. */
const speakerOf = Effect.fnUntraced(function* (simulator: SimulatorResult, sampling: UserSampling, step: string) {
  const caller = { role: "simulator", step } as const
  const policies = yield* Policies
  switch (simulator._tag) {
    case "FineTuned": {
      const { condition, marker } = simulator
      const model = speaking(yield* policies.model(fromCheckpoint(simulator.checkpoint)), marker)
      return (persona: Persona) => Effect.succeed(flippedUser(model, { persona, condition }, sampling, caller))
    }
    case "ServedSimulator":
      return () => completionUser(simulator, sampling, caller)
    case "CustomSimulator":
      return (persona: Persona) => customUser(simulator, { persona, sampling, caller })
    case "RolePlay": {
      const { model, style, condition } = simulator
      if (style === "json") return (persona: Persona) => rolePlayUser(model, persona, sampling, caller)
      const base = yield* policies.base(model)
      return (persona: Persona) => Effect.succeed(flippedUser(base, { persona, condition }, sampling, caller))
    }
  }
})

/** The assistant, with the model it was before training where that can be asked in tokens. */
export const castAssistant = Effect.fnUntraced(function* (
  policy: PolicyResult,
  sampling: AssistantSampling,
  step: string,
) {
  const caller = { role: "assistant", step } as const
  const policies = yield* Policies
  if (policy._tag === "Assistant") {
    const model = yield* policies.model(fromCheckpoint(policy.checkpoint))
    const initial = yield* policies.base(policy.checkpoint.base)
    return { assistant: tokenAssistant(model, sampling, caller), initial }
  }
  if (isRemote(policy.model)) {
    return { assistant: yield* chatAssistant(policy.model, sampling, caller), initial: undefined }
  }
  const initial = yield* policies.base(policy.model)
  return { assistant: tokenAssistant(initial, sampling, caller), initial }
})
