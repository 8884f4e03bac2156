/** What a Tinker server says of itself. Asking costs nothing. */
import { Effect, Option, Schema } from "effect"
import { distance } from "fastest-levenshtein"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import type { TrainerCapabilities } from "../../../src/ports/Trainer.ts"
import { callOf, carryOut } from "./TinkerCalls.ts"
import type { TinkerHttp } from "./TinkerHttp.ts"

/** The models that it lists, and which server it is where that can be told. */
export const discover = (http: TinkerHttp): Effect.Effect<TrainerCapabilities, TrainerError> =>
  Effect.all({ models: supportedModels(http), kind: kindOf(http) }, { concurrency: 2 })

export const supportedModels = (http: TinkerHttp): Effect.Effect<TrainerCapabilities["models"], TrainerError> =>
  Effect.map(carryOut(http, "get_server_capabilities", callOf("get_server_capabilities", {})), ({ supported_models }) =>
    supported_models.map(({ model_name, max_context_length }) => ({
      name: model_name,
      maxContextLength: max_context_length ?? undefined,
    })),
  )

/** Why a model can't be had of a server; undefined where it can, or where the server lists none at all. */
export const notOffered = (wanted: string, models: TrainerCapabilities["models"]): string | undefined => {
  const names = models.map(({ name }) => name)
  if (names.length === 0 || names.includes(wanted)) return undefined
  const near = names.toSorted((one, other) => unlikeness(wanted, one) - unlikeness(wanted, other))
  const more = names.length - shown
  return `it does not offer ${wanted}. The nearest that it has: ${near.slice(0, shown).join(", ")}${more > 0 ? ` (and ${more} more)` : ""}`
}

/** SkyRL 0.4 names itself at its root; the hosted service is known by its address. */
const kindOf = (http: TinkerHttp): Effect.Effect<TrainerCapabilities["kind"]> =>
  Effect.map(Effect.option(http.root(Root)), (root) => {
    if (Option.exists(root, ({ name }) => /^tinker api mock$|skyrl/i.test(name))) return "skyrl"
    return hostedHost.test(new URL(http.endpoint).hostname) ? "hosted" : undefined
  })

const hostedHost = /(^|\.)thinkingmachines\.(ai|dev)$/

const Root = Schema.Struct({ name: Schema.String })

/** Names that differ by their owner or their letters' case alone are nearest. */
const unlikeness = (one: string, other: string): number => {
  const bare = (name: string) => name.split("/").at(-1)?.toLowerCase() ?? ""
  return distance(bare(one), bare(other)) + distance(one, other) / 1000
}

const shown = 5
