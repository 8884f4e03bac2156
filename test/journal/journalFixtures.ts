/** Calls and journals for the tests of this folder. */
import { Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import type { Call, CallFailure, Sent } from "../../src/journal/CallJournal.ts"

export const keyOf = (name: string) => createHash("sha256").update(name).digest("hex")

/** Ten prompt tokens, five completion tokens, seven micro-dollars. */
export const sent = <A>(answer: A): Sent<A> => ({
  answer,
  usage: { promptTokens: 10, completionTokens: 5 },
  micros: 7,
})

export const callOf = <E extends CallFailure = never>(
  name: string,
  send: Call<string, string, E, never>["send"],
  fields: Partial<
    Pick<Call<string, string, E, never>, "step" | "role" | "model" | "request" | "worstMicros" | "unpriced">
  > = {},
): Call<string, string, E, never> => ({
  key: keyOf(name),
  kind: "chat",
  step: "Rollout/v1-a",
  role: "assistant",
  model: "m@1",
  request: { prompt: name },
  answer: Schema.String,
  send,
  ...fields,
})

/** Answers with its own name. */
export const answering = (
  name: string,
  fields: Parameters<typeof callOf>[2] = {},
): Call<string, string, never, never> =>
  callOf<never>(name, (sending) => Effect.as(Effect.orDie(sending.begin), sent(`answer to ${name}`)), fields)

export const withJournal = <A, E>(
  file: string,
  work: (journal: typeof CallJournal.Service) => Effect.Effect<A, E>,
  options: { readonly offline?: boolean } = {},
) => Effect.flatMap(CallJournal, work).pipe(Effect.provide(CallJournal.layer(file, options)), Effect.runPromise)

export const withReader = <A, E>(file: string, work: (journal: typeof CallJournal.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(CallJournal, work).pipe(Effect.provide(CallJournal.layerReader(file)), Effect.runPromise)
