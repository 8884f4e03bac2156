/**
 * What a piece of work used of models, told by the journal as it answers: an answer that it had counts like one that was
 * sent for, at what it cost when it was paid. Without a meter nothing is counted.
 */
import { Context } from "effect"
import type { RoleUsage } from "../domain/IterationMetrics.ts"
import { Role } from "../domain/ModelSpec.ts"
import type { Usage } from "../domain/ModelSpec.ts"

export interface UsedAnswer {
  readonly key: string
  readonly role: Role
  readonly usage: Usage
  /** Undefined where nobody knows what it cost. */
  readonly micros: number | undefined
}

export interface CallMeterService {
  readonly count: (answer: UsedAnswer) => void
}

export class CallMeter extends Context.Reference<CallMeter>()("understudy/journal/CallMeter", {
  defaultValue: (): CallMeterService => ({ count: () => undefined }),
}) {}

/** Counts a call once, however often its answer was used. A role has dollars where all its calls have a known price. */
export const makeCallMeter = () => {
  const answers = new Map<string, UsedAnswer>()
  return {
    count: (answer: UsedAnswer): void => {
      answers.set(`${answer.role} ${answer.key}`, answer)
    },
    byRole: (): Readonly<Record<string, RoleUsage>> =>
      Object.fromEntries(
        Role.literals.flatMap((role) => {
          const own = [...answers.values()].filter((answer) => answer.role === role)
          return own.length === 0 ? [] : [[role, total(own)]]
        }),
      ),
  }
}

const total = (answers: ReadonlyArray<UsedAnswer>): RoleUsage => {
  const sum = (of: (answer: UsedAnswer) => number) => answers.reduce((all, answer) => all + of(answer), 0)
  const tokens = {
    promptTokens: sum(({ usage }) => usage.promptTokens),
    completionTokens: sum(({ usage }) => usage.completionTokens),
  }
  return answers.some(({ micros }) => micros === undefined)
    ? tokens
    : { ...tokens, dollars: sum(({ micros = 0 }) => micros) / 1e6 }
}
