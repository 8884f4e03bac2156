/** A judge reads a simulated conversation and names what its user did wrong, and how much that mattered (paper 3.6). */
import { Effect, Schema } from "effect"
import { sha256Hex } from "../../../src/domain/CanonicalJson.ts"
import type { Message } from "../../../src/domain/Conversation.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import type { Rollout } from "../../../src/domain/Rollout.ts"
import { ErrorTag, Severity, SimulatorError } from "../../../src/domain/SimulatorReview.ts"
import type { SimulatorReviewResult } from "../../../src/domain/SimulatorReview.ts"
import { askForm } from "./askForm.ts"

export const ReviewedConversation = Schema.Struct({
  prompt: Schema.String,
  sample: Schema.Int,
  /** Null where there is no review: `missing` says why. */
  errors: Schema.NullOr(Schema.Array(SimulatorError)),
  missing: Schema.NullOr(Schema.String),
  calls: Schema.Array(Schema.String),
})
export type ReviewedConversation = typeof ReviewedConversation.Type

const meanings: Readonly<Record<ErrorTag, string>> = {
  hallucination: "says as a fact what neither the wish nor the conversation gives",
  "revealed-early": "tells details of the wish before they were asked for or needed",
  withheld: "keeps back what it was asked for and would know",
  "ended-early": "leaves though the wish is neither met nor given up for a reason",
  "ended-late": "goes on though the wish is met or can't be",
  "left-the-role": "answers, explains or offers help as an assistant would",
  "left-the-intent": "wants something else than the wish",
  contradiction: "contradicts what it said before",
  repetition: "says the same again without a reason",
  unnatural: "talks as no person would to an assistant",
  other: "anything else that a real user would not do",
}

const severities: Readonly<Record<Severity, string>> = {
  "critical-helped": "it made the assistant look better than it was, or its work easier",
  "critical-hindered": "it kept the assistant from what it could have done, or made it look worse",
  minor: "it changed nothing of what became of the conversation",
}

const Review = Schema.Struct({ errors: Schema.Array(SimulatorError) })

export const reviewPrompt = (intent: string | undefined, messages: ReadonlyArray<Message>, ending: string) => {
  let turn = 0
  return [
    "Review a simulated user. In the conversation below, a program plays the user of an AI assistant. Look for what the user's side does wrong; how good the assistant is, is of no matter.",
    `What the user was told to want: ${intent ?? "nothing in particular"}`,
    "The conversation, user turns numbered:",
    messages
      .map(({ role, content }) => (role === "user" ? `USER (turn ${++turn}): ${content}` : `ASSISTANT: ${content}`))
      .join("\n\n"),
    `It ended by: ${ending}.`,
    `Tags:\n${listed(meanings)}`,
    `Severity:\n${listed(severities)}`,
    "Answer with one JSON object with the key errors: a list of objects with the keys turn (integer), tag, severity and reason (one sentence). An empty list means that nothing is wrong. Name each error once.",
  ].join("\n\n")
}

const listed = (words: Readonly<Record<string, string>>) =>
  Object.entries(words)
    .map(([name, meaning]) => `- ${name}: ${meaning}`)
    .join("\n")

/** SHA-256 of the prompt with stand-ins for what changes. */
export const reviewPromptHash = sha256Hex(reviewPrompt("{wish}", [{ role: "user", content: "{said}" }], "{ending}"))

export const reviewUser = Effect.fnUntraced(function* (
  { prompt, sample, messages, ending }: Pick<Rollout, "prompt" | "sample" | "messages" | "ending">,
  { intent, judge, step }: { readonly intent: string | undefined; readonly judge: ModelSpec; readonly step: string },
) {
  const turns = messages.filter(({ role }) => role === "user").length
  const known = { prompt, sample }
  if (turns === 0) return { ...known, errors: null, missing: "no user turn", calls: [] } satisfies ReviewedConversation
  const found = yield* askForm({
    model: judge,
    content: reviewPrompt(intent, messages, ending),
    // A turn that isn't there makes the review useless, as any other wrong form does.
    form: {
      name: "review",
      schema: Review.pipe(Schema.filter(({ errors }) => errors.every(({ turn }) => turn >= 1 && turn <= turns))),
    },
    seed: ["review", prompt, sample],
    step,
  })
  return (
    found._tag === "Missing"
      ? { ...known, errors: null, missing: found.reason, calls: found.calls }
      : { ...known, errors: found.answer.errors, missing: null, calls: found.calls }
  ) satisfies ReviewedConversation
})

type Counts = Pick<SimulatorReviewResult, "asked" | "reviewed" | "missing" | "faultless" | "critical" | "errors">

/** Errors most frequent first. */
export const reviewCounts = (all: ReadonlyArray<ReviewedConversation>): Counts => {
  const reviewed = all.flatMap(({ errors }) => (errors === null ? [] : [errors]))
  const reasons = all.flatMap(({ missing }) => missing ?? [])
  const kinds = ErrorTag.literals.flatMap((tag) => Severity.literals.map((severity) => ({ tag, severity })))
  return {
    asked: all.length,
    reviewed: reviewed.length,
    missing: [...new Set(reasons)].map((reason) => ({
      reason,
      count: reasons.filter((other) => other === reason).length,
    })),
    faultless: reviewed.filter(({ length }) => length === 0).length,
    critical: reviewed.filter((errors) => errors.some(({ severity }) => severity !== "minor")).length,
    errors: kinds
      .map((kind) => {
        const own = reviewed.map(
          (errors) => errors.filter(({ tag, severity }) => tag === kind.tag && severity === kind.severity).length,
        )
        return {
          ...kind,
          count: own.reduce((sum, count) => sum + count, 0),
          conversations: own.filter((count) => count > 0).length,
        }
      })
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count),
  }
}
