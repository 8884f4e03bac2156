/** What replays and probes keep, as conversations to be read. Their outcome stands where others have their ending. */
import type { ProbedTurn } from "../../fidelity/adherence.ts"
import type { ReplayedPlace, ReplayRow } from "../../fidelity/rows.ts"
import { answersOf, terminations } from "../../realism/terminations.ts"
import type { Turn } from "../../../../src/domain/Rollout.ts"
import type { ReadTalk, Voiced } from "./ReadTalk.ts"

/** What became of a replay, by what the termination table counts it as. */
export const replayOutcomes = {
  right: "ends in place",
  early: "ends early",
  never: "never ends",
  open: "end not asked for",
  missing: "an answer is missing",
}
/** Of a probe: whether the user stayed in its part. */
export const probeOutcomes = { kept: "kept", gone: "not kept", missing: "no verdict" }

/** What was really said, with what the simulator said in the user's place below each turn of the user's. */
export const replayTalk = (row: ReplayRow): ReadTalk => {
  const { messages = [], places } = row
  const at = (position: number) => 2 * (position - 1)
  const length = Math.max(messages.length, ...places.map(({ position }) => at(position) + 1))
  const said = Array.from({ length }, (_, i): ReadonlyArray<readonly [Voiced, Turn]> => {
    const place = places.find(({ position }) => at(position) === i)
    const real = messages[i]?.content ?? place?.human ?? null
    return [
      ...(real === null ? [] : [[{ role: i % 2 === 0 ? "real user" : "assistant", content: real }, nobody] as const]),
      ...(place === undefined ? [] : [[simulated(place), place.turn ?? nobody] as const]),
    ]
  }).flat()
  const { sessions } = terminations([answersOf(row)])
  const outcome = Object.entries(replayOutcomes).find(([name]) => sessions[name as keyof typeof sessions] === 1)
  return {
    ...unjudged,
    prompt: row.conversation,
    persona: row.persona,
    messages: said.map(([message]) => message),
    turns: said.map(([, turn]) => turn),
    ending: outcome?.[1] ?? "",
    refusals: places.flatMap(({ position, refusals }) => refusals.map((one) => ({ turn: position - 1, ...one }))),
  }
}

const simulated = ({ ended, simulated: text, closing, failure, refusals }: ReplayedPlace): Voiced => {
  if (ended === null) {
    const refused = `every draw was refused: ${refusals.map(({ reason }) => reason).join(", ")}`
    return { role: "no answer", content: failure?.reason ?? refused }
  }
  return ended
    ? { role: "simulated user leaves", content: closing ?? "" }
    : { role: "simulated user", content: text ?? "" }
}

export const probeTalk = (row: ProbedTurn): ReadTalk => {
  const { opening, asked, said, left, kept, thought, missing, failure, turn } = row
  const spoken: ReadonlyArray<readonly [Voiced, Turn]> = [
    ...(opening === undefined ? [] : [[{ role: "user", content: opening }, nobody] as const]),
    [{ role: "assistant", content: asked }, nobody],
    ...(said === null || left === true ? [] : [[{ role: "user", content: said }, turn ?? nobody] as const]),
    ...(thought === null ? [] : [[{ role: "judge", content: thought }, nobody] as const]),
    ...(missing === null ? [] : [[{ role: "no verdict", content: missing }, nobody] as const]),
  ]
  return {
    ...unjudged,
    prompt: row.conversation,
    persona: row.persona ?? "unknown persona",
    messages: spoken.map(([message]) => message),
    turns: spoken.map(([, one]) => one),
    ending: kept === null ? probeOutcomes.missing : kept ? probeOutcomes.kept : probeOutcomes.gone,
    closing: left === true ? (said ?? "no words") : null,
    failure,
  }
}

const unjudged = { sample: 0, closing: null, refusals: [], verdict: null, failure: null }

/** Of what no model said here. */
const nobody: Turn = { model: null, key: null, seed: null, attempts: 0 }
