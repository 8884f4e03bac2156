/** Conversations in which something goes wrong, by what it is, and what has to become of each. */
import { endMarker } from "../../../layers/generation/endMarker.ts"
import type { Ending } from "../../../src/domain/Conversation.ts"
import type { RolloutFailure } from "../../../src/domain/Rollout.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import type { Asked } from "./asked.ts"
import { openingOf } from "./asked.ts"
import { responding, text } from "./FaultWorld.ts"
import { intent } from "./heldExperiment.ts"

interface Case {
  readonly copies: number
  readonly ending: Ending
  readonly failure?: RolloutFailure
  /** Undefined: the usual words. With a reason where a guardrail has to refuse it. */
  readonly say: (asked: Asked) => Injected | undefined
}

export interface Injected {
  readonly fault: Fault
  readonly reason?: string
}

/** The simulator's draws of one turn from the first on, as often as said. */
const refused =
  (reason: string, turn: number, times: number, fault: (name: string) => Fault): Case["say"] =>
  ({ side, name, ...drawn }) =>
    side === "simulator" && drawn.turn === turn && drawn.attempt < times ? { fault: fault(name), reason } : undefined

const at =
  (side: Asked["side"], turn: number, fault: Fault): Case["say"] =>
  (asked) =>
    asked.side === side && asked.turn === turn ? { fault } : undefined

const always = Infinity
const overflow: Fault = {
  kind: "reply",
  status: 400,
  body: {
    error: {
      message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
      type: "invalid_request_error",
      code: "context_length_exceeded",
    },
  },
}
const noJson: Fault = { kind: "reply", status: 200, body: "<html>gateway</html>" }
const simulator = (reason: string) => ({ by: "infrastructure", reason: `simulator: ${reason}` }) as const
const assistant = (reason: string) => ({ by: "assistant", reason }) as const

export const cases: Readonly<Record<string, Case>> = {
  well: { copies: 5, ending: "turn-limit", say: () => undefined },
  fenced: {
    copies: 2,
    ending: "turn-limit",
    say: at(
      "simulator",
      1,
      text(
        `<think>{"response": ""}</think>\n\`\`\`json\n{'current_answer': '', 'thought': "it's", 'response': 'why?'}\n\`\`\``,
      ),
    ),
  },
  garbled: { copies: 3, ending: "turn-limit", say: refused("invalid reply", 1, 2, () => text("I would like {to}")) },
  unfinished: {
    copies: 2,
    ending: "turn-limit",
    say: refused("invalid reply", 2, 1, () => text('{"current_answer": "", "thought": "", "response": "so', "length")),
  },
  formless: { copies: 1, ending: "turn-limit", say: refused("invalid reply", 2, 1, () => noJson) },
  gibberish: {
    copies: 2,
    ending: "guardrail-exhausted",
    failure: simulator("invalid output"),
    say: refused("invalid reply", 2, always, () => text("}{")),
  },
  quiet: { copies: 4, ending: "turn-limit", say: refused("empty", 1, 1, () => responding("")) },
  silent: { copies: 3, ending: "guardrail-exhausted", say: refused("empty", 1, always, () => responding(" \n")) },
  endless: {
    copies: 2,
    ending: "guardrail-exhausted",
    say: refused("repeats an earlier turn", 2, always, (name) => responding(openingOf(name).toUpperCase())),
  },
  helpful: {
    copies: 3,
    ending: "turn-limit",
    say: refused("sounds like an assistant", 1, 3, () => responding("Certainly! Here are three things to know.")),
  },
  copying: {
    copies: 2,
    ending: "turn-limit",
    say: refused("copies the intent", 2, 2, () => responding(`I want ${intent}.`)),
  },
  wordy: {
    copies: 2,
    ending: "turn-limit",
    say: refused("too long", 1, 4, () => responding(Array.from({ length: 601 }, (_, i) => `w${i}`).join(" "))),
  },
  hasty: { copies: 3, ending: "turn-limit", say: refused("leaves too early", 1, 2, () => responding(endMarker)) },
  thankful: { copies: 4, ending: "goodbye", say: at("simulator", 2, responding(`thx, bye ${endMarker}`)) },
  forgetful: {
    copies: 2,
    ending: "length",
    failure: simulator("context overflow"),
    say: at("simulator", 2, overflow),
  },
  filtered: {
    copies: 1,
    ending: "simulator-outage",
    failure: simulator("refused"),
    say: at("simulator", 1, text("", "content_filter")),
  },
  overflowing: {
    copies: 3,
    ending: "length",
    failure: assistant("context overflow"),
    say: at("assistant", 2, overflow),
  },
  mute: {
    copies: 2,
    ending: "assistant-failure",
    failure: assistant("empty reply"),
    say: at("assistant", 3, text(" ")),
  },
  prudish: {
    copies: 1,
    ending: "assistant-failure",
    failure: assistant("refused"),
    say: at("assistant", 1, text("", "content_filter")),
  },
  broken: {
    copies: 1,
    ending: "assistant-failure",
    failure: { by: "infrastructure", reason: "invalid output" },
    say: at("assistant", 2, noJson),
  },
}

export const names = Object.entries(cases).flatMap(([name, { copies }]) =>
  Array.from({ length: copies }, (_, i) => `${name}-${i}`),
)

export const caseOf = (name: string): Case => cases[name.split("-")[0] ?? ""]!
