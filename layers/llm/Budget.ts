/**
 * A hard limit on money, in whole micro-dollars (contract 5): each request reserves its worst case before it is sent and
 * is settled at its price. What can't be reserved waits for settlements, and fails once nothing is left in flight.
 */
import { Context, Effect, Layer } from "effect"
import { BudgetExhausted } from "../../src/domain/LlmError.ts"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import type { JournalError } from "../../src/journal/CallJournal.ts"

export class Budget extends Context.Tag("understudy/layers/llm/Budget")<
  Budget,
  {
    /** Whether there is a limit. Then a model without a price must not be called. */
    readonly limited: boolean
    /**
     * Runs a request under a reservation. `charge` books what it came to; a request that was sent and ends without
     * having been charged counts at its worst case, one that did not get that far (`sent` not run) at nothing.
     */
    readonly reserving: <A, E, R>(
      worstMicros: number,
      request: (reservation: Reservation) => Effect.Effect<A, E, R>,
    ) => Effect.Effect<A, E | BudgetExhausted, R>
    /** Settled money, earlier runs included, and money reserved now. */
    readonly state: Effect.Effect<{ readonly settledMicros: number; readonly reservedMicros: number }>
  }
>() {
  static readonly make = makeBudget

  static readonly unlimited: Layer.Layer<Budget> = Layer.sync(Budget, () => makeBudget(Number.POSITIVE_INFINITY, 0))

  /**
   * Starts from what the journal's calls cost, failed attempts and those lost in a crash included. `counts` says which
   * steps are the experiment's; default all.
   */
  static readonly layer = (
    limitMicros: number,
    counts: (step: string) => boolean = () => true,
  ): Layer.Layer<Budget, JournalError, CallJournal> =>
    Layer.effect(
      Budget,
      Effect.gen(function* () {
        const journal = yield* CallJournal
        const totals = yield* journal.totals
        const lost = yield* journal.lost
        const settled = totals
          .filter(({ step }) => counts(step))
          .reduce((sum, { micros, failedMicros }) => sum + micros + failedMicros, 0)
        const unsettled = lost.filter(({ step }) => counts(step)).reduce((sum, { worstMicros }) => sum + worstMicros, 0)
        return makeBudget(limitMicros, settled + unsettled)
      }),
    )
}

export interface Reservation {
  /** To be run right before the request goes out. */
  readonly sent: Effect.Effect<void>
  readonly charge: (micros: number) => Effect.Effect<void>
}

function makeBudget(limitMicros: number, spentMicros: number): typeof Budget.Service {
  // Short: only requests that have their endpoint's permit come here.
  let waiters: ReadonlyArray<Waiter> = []
  let settled = spentMicros
  let reserved = 0
  let inFlight = 0

  const fits = (micros: number) => settled + reserved + micros <= limitMicros
  const hold = (micros: number) => {
    reserved += micros
    inFlight++
  }
  const exhausted = (neededMicros: number) =>
    BudgetExhausted.make({ limitMicros, committedMicros: settled + reserved, neededMicros })

  /** In order, so that large requests don't starve; once nothing is in flight, what does not fit never will. */
  const serve = () => {
    for (let head = waiters[0]; head !== undefined; head = waiters[0]) {
      const { micros } = head
      if (!fits(micros) && inFlight > 0) return
      waiters = waiters.slice(1)
      if (fits(micros)) {
        hold(micros)
        head.granted = true
        head.resume(Effect.void)
      } else head.resume(Effect.fail(exhausted(micros)))
    }
  }

  const settle = (worstMicros: number, micros: number) => {
    reserved -= worstMicros
    settled += micros
    inFlight--
    serve()
  }

  const reserve = (micros: number): Effect.Effect<void, BudgetExhausted> =>
    Effect.suspend(() => {
      if (waiters.length === 0 && fits(micros)) {
        hold(micros)
        return Effect.void
      }
      if (inFlight === 0) return Effect.fail(exhausted(micros))
      return Effect.async<void, BudgetExhausted>((resume) => {
        const waiter: Waiter = { micros, resume, granted: false }
        waiters = [...waiters, waiter]
        return Effect.sync(() => {
          if (waiter.granted) settle(micros, 0)
          waiters = waiters.filter((other) => other !== waiter)
          serve()
        })
      })
    })

  return {
    limited: Number.isFinite(limitMicros),
    reserving: (worstMicros, request) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(reserve(worstMicros)), () => {
          let [sent, charged]: [boolean, number | undefined] = [false, undefined]
          const reservation: Reservation = {
            sent: Effect.sync(() => {
              sent = true
            }),
            charge: (micros) =>
              Effect.sync(() => {
                charged = micros
              }),
          }
          return Effect.ensuring(
            restore(request(reservation)),
            Effect.sync(() => settle(worstMicros, charged ?? (sent ? worstMicros : 0))),
          )
        }),
      ),
    state: Effect.sync(() => ({ settledMicros: settled, reservedMicros: reserved })),
  }
}

interface Waiter {
  readonly micros: number
  readonly resume: (effect: Effect.Effect<void, BudgetExhausted>) => void
  granted: boolean
}
