/** The two sides of a conversation from what earlier steps gave. */
import { Effect } from "effect"
import { chatAssistant } from "../../layers/generation/ChatAssistant.ts"
import { flippedUser } from "../../layers/generation/FlippedUser.ts"
import type { UserSampling } from "../../layers/generation/FlippedUser.ts"
import { rolePlayUser } from "../../layers/generation/RolePlayUser.ts"
import { tokenAssistant } from "../../layers/generation/TokenAssistant.ts"
import type { AssistantSampling } from "../../layers/generation/TokenAssistant.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { fromCheckpoint } from "../../layers/training/Policy.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import type { PolicyResult, SimulatorResult } from "../../src/domain/Results.ts"

/** Models behind an endpoint are only reached as text; all others in tokens, through the trainer. */
export const isRemote = ({ provider }: ModelSpec) => provider === "openai"

export const castUser = Effect.fnUntraced(function* (
  simulator: SimulatorResult,
  persona: Persona,
  sampling: UserSampling,
  step: string,
) {
  const caller = { role: "simulator", step } as const
  const policies = yield* Policies
  if (simulator._tag === "FineTuned") {
    const model = yield* policies.model(fromCheckpoint(simulator.checkpoint))
    return flippedUser(model, persona, sampling, caller)
  }
  if (isRemote(simulator.model)) return yield* rolePlayUser(simulator.model, persona, sampling, caller)
  return flippedUser(yield* policies.base(simulator.model), persona, sampling, caller)
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
