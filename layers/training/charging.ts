/** What calls to a training server cost, held against the budget while they are under way. */
import { Effect, FiberRef } from "effect"
import { costMicros } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec, Price, Usage } from "../../src/domain/ModelSpec.ts"
import type { BudgetExhausted } from "../../src/domain/LlmError.ts"
import type { Budget } from "../llm/Budget.ts"

export interface Accounting {
  /** For a million tokens that are read and written in sampling, or trained on; undefined where nobody knows. */
  readonly price: (model: ModelSpec, use: "sample" | "train") => Price | undefined
  readonly budget: typeof Budget.Service
}

export interface Charged<A> {
  readonly answer: A
  readonly usage: Usage
  /** Micro-dollars. */
  readonly micros: number
}

/** Whether nobody knows what calls of a `use` cost. */
export const isUnpriced = (accounting: Accounting | undefined, model: ModelSpec, use: "sample" | "train"): boolean =>
  accounting !== undefined && accounting.price(model, use) === undefined

/** Tokens that a call had trained on again before it could begin, to have its policy's weights. */
const replayed = FiberRef.unsafeMake(0)

/** Told in the fiber of the call that needs them. */
export const countReplay = ({ promptTokens }: Usage) => FiberRef.update(replayed, (tokens) => tokens + promptTokens)

/**
 * Runs a call of a `use` that takes `worst` tokens at most. What it replays is booked with it, and not foreseen: as much
 * as was trained since the last saved state. Free without accounting.
 */
export const makeCharging =
  (accounting: Accounting | undefined) =>
  (model: ModelSpec, use: "sample" | "train", worst: Usage) =>
  <A, E, R>(
    call: Effect.Effect<{ readonly answer: A; readonly usage: Usage }, E, R>,
  ): Effect.Effect<Charged<A>, E | BudgetExhausted, R> => {
    const price = accounting?.price(model, use)
    if (accounting === undefined || price === undefined) return Effect.map(call, (sent) => ({ ...sent, micros: 0 }))
    return accounting.budget.reserving(costMicros(worst, price), ({ sent, charge }) =>
      Effect.gen(function* () {
        yield* sent
        const done = yield* call
        const again = { promptTokens: yield* FiberRef.get(replayed), completionTokens: 0 }
        const micros = costMicros(done.usage, price) + costMicros(again, accounting.price(model, "train") ?? price)
        yield* charge(micros)
        return { ...done, micros }
      }).pipe(Effect.locally(replayed, 0)),
    )
  }
