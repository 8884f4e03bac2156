/** One conversation: its turns, what became of it, and where everything in it comes from. */
import { command, decimal, el, whole } from "./dom.js"
import { judgmentView } from "./judgmentView.js"
import { talksHash } from "./route.js"

/**
 * @param {import("./types.ts").Talk} talk
 * @param {import("./types.ts").TalkIndex["groups"][number]} group
 * @param {number} line
 */
export const talkView = (talk, group, line) =>
  el(
    "article",
    { class: "talk-view", "aria-label": `Conversation of prompt ${talk.prompt}` },
    el("h3", {}, nameOf(group, talk.persona)),
    outcome(talk, group),
    ...talk.messages.map((message, at) => turn(message, talk.turns[at], talk.verdict?.turns?.[(at - 1) / 2])),
    talk.closing === null ? null : el("p", { class: "where" }, `The user left with: ${talk.closing}`),
    verdict(talk),
    missingVerdict(talk),
    judgments(talk),
    review(talk),
    refusals(talk),
    provenance(talk, group, line),
  )

/** @param {import("./types.ts").TalkIndex["groups"][number]} group @param {string | null} persona */
export const nameOf = ({ kind, assistant, simulator, persona: column, iteration }, persona) => {
  const who = persona !== null && column !== null && persona !== column ? `${column} (${persona})` : (column ?? persona)
  const talking = [assistant, simulator === null ? null : `with ${simulator}`, who === null ? null : `as ${who}`]
  const when = kind === "training" ? `, training iteration ${iteration}` : (elsewhere[kind] ?? "")
  return `${talking.filter((part) => part !== null).join(" ")}${when}`
}

/** What is no conversation with a user. @type {Readonly<Record<string, string>>} */
const elsewhere = {
  task: " on a task",
  opening: ", opening",
  replay: ", replay",
  "role probe": ", role probe",
  "intent probe": ", intent probe",
  review: ", review",
}

/** @param {import("./types.ts").Talk} talk @param {import("./types.ts").TalkIndex["groups"][number]} group */
const outcome = ({ verdict, ending, failure, sample, messages, turns }, { kind }) => {
  const tokens = turns.reduce((sum, turn) => sum + (turn.tokens ?? 0), 0)
  return el(
    "dl",
    { class: "facts" },
    ...(rewarded.includes(kind)
      ? pair(
          kind === "task" ? "satisfied items" : "reward",
          verdict === null ? "no verdict" : decimal(verdict.reward, 3),
        )
      : []),
    ...pair(kind === "replay" || kind.endsWith("probe") ? "outcome" : "ended by", ending),
    ...(failure === null ? [] : pair("failed", `${failure.by}: ${failure.reason}`, "failed")),
    ...pair("messages", whole(messages.length)),
    ...(tokens === 0 ? [] : pair("tokens", whole(tokens))),
    ...(sample === 0 ? [] : pair("sample", whole(sample))),
  )
}

/** Kinds of conversations that judges reward. */
const rewarded = ["evaluation", "training", "task"]

/** @param {string} name @param {string} value @param {string} [tone] */
const pair = (name, value, tone) => [el("dt", {}, name), el("dd", { class: tone }, value)]

/**
 * @param {import("./types.ts").Talk["messages"][number]} message
 * @param {import("./types.ts").Talk["turns"][number] | undefined} from
 * @param {number | undefined} reward
 */
const turn = ({ role, content }, from, reward) =>
  el(
    "div",
    { class: `turn ${role}` },
    el("b", {}, role),
    el(
      "div",
      {},
      el("span", {}, content),
      reward === undefined ? null : el("p", { class: "where" }, `reward of this turn ${decimal(reward, 3)}`),
      from === undefined || from.model === null
        ? null
        : el(
            "details",
            {},
            el("summary", {}, "where it comes from"),
            el(
              "dl",
              { class: "facts" },
              ...pair("model", from.model),
              ...(from.seed === null ? [] : pair("seed", String(from.seed))),
              ...(from.tokens === undefined ? [] : pair("tokens", whole(from.tokens))),
              ...(from.finish === undefined ? [] : pair("finish", from.finish)),
              ...(from.attempts === 0 ? [] : pair("draws refused before", whole(from.attempts))),
              ...(from.key === null
                ? []
                : [el("dt", {}, "call"), el("dd", {}, command(`understudy show ${from.key}`))]),
            ),
          ),
    ),
  )

/** @param {import("./types.ts").Talk} talk */
const verdict = ({ verdict }) => {
  if (verdict === null) return null
  const measures = Object.entries(verdict.measures)
  const parts = (verdict.parts ?? []).flatMap((part) => partRows(part, 0))
  return el(
    "section",
    { "aria-label": "Verdict" },
    verdict.checks.length === 0
      ? null
      : el(
          "ul",
          { class: "checks" },
          ...verdict.checks.map(({ check, passed, reason }) =>
            el(
              "li",
              {},
              passed === null
                ? el("b", {}, `? no verdict: ${check}`)
                : el("b", { class: passed ? "passed" : "failed" }, `${passed ? "✓ passed" : "✗ failed"}: ${check}`),
              ` ${reason}`,
            ),
          ),
        ),
    measures.length === 0
      ? null
      : el("dl", { class: "facts" }, ...measures.flatMap(([name, value]) => pair(name, decimal(value, 3)))),
    parts.length === 0
      ? null
      : el("details", {}, el("summary", {}, "what the reward is made of"), el("ul", { class: "checks" }, ...parts)),
  )
}

/**
 * What each judge came to where they come to nothing together.
 * @param {import("./types.ts").Talk} talk
 */
const missingVerdict = ({ verdict, judges = [] }) =>
  verdict !== null || judges.length === 0
    ? null
    : el(
        "section",
        { "aria-label": "Judges" },
        el(
          "ul",
          { class: "checks" },
          ...judges.map(({ judge, score, failure }) =>
            el("li", {}, el("b", {}, judge), score === null ? ` no score: ${failure}` : ` ${score} of 10`),
          ),
        ),
      )

/** What judges said of an answer to a task, and the way to the other answers. @param {import("./types.ts").Talk} talk */
const judgments = ({ judgments, prompt }) =>
  judgments === undefined
    ? null
    : el(
        "section",
        { "aria-label": "Verdicts" },
        ...judgmentView(judgments),
        el("p", {}, el("a", { href: talksHash({ kind: "task", words: prompt }) }, "All answers to this task")),
      )

/** @param {any} part @param {number} depth @returns {Array<Node>} */
const partRows = (part, depth) => [
  el(
    "li",
    {},
    `${"· ".repeat(depth)}${part.name}: ${decimal(part.reward, 3)}, weight ${decimal(part.weight)}${part.failure === undefined ? "" : `, failed: ${part.failure}`}`,
  ),
  ...(part.parts ?? []).flatMap((/** @type {any} */ one) => partRows(one, depth + 1)),
]

/** @param {import("./types.ts").Talk} talk */
const review = ({ review }) => {
  if (review === undefined) return null
  if (review.errors === null) return el("p", { class: "where" }, `Not reviewed: ${review.missing ?? "unknown"}`)
  if (review.errors.length === 0) return el("p", { class: "where" }, "Reviewed: the judge found no error of the user.")
  return el(
    "ul",
    { class: "checks", "aria-label": "Errors of the user" },
    ...review.errors.map(({ turn, tag, severity, reason }) =>
      el("li", {}, el("b", { class: "failed" }, `✗ user turn ${turn}, ${tag}, ${severity}`), ` ${reason}`),
    ),
  )
}

/** @param {import("./types.ts").Talk} talk */
const refusals = ({ refusals }) =>
  refusals.length === 0
    ? null
    : el(
        "p",
        { class: "where" },
        `Refused by guardrails: ${refusals.map(({ turn, reason, count }) => `user turn ${turn + 1}, ${count} × ${reason}`).join("; ")}`,
      )

/**
 * @param {import("./types.ts").Talk} talk
 * @param {import("./types.ts").TalkIndex["groups"][number]} group
 * @param {number} line
 */
const provenance = ({ prompt }, { step, sha256 }, line) =>
  el(
    "details",
    { class: "from" },
    el("summary", {}, "Where this conversation is kept"),
    el(
      "dl",
      { class: "facts" },
      ...pair("prompt", prompt),
      ...pair("step", step ?? "unknown"),
      ...pair("artifact", sha256),
      ...pair("line", whole(line)),
      el("dt", {}, "command"),
      el("dd", {}, command(`understudy show ${step ?? sha256} --transcript`)),
    ),
  )
