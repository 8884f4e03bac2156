/** Fidelity results, with the transcripts they name already read, to the numbers of a report. Pure. */
import { Struct } from "effect"
import type { ArtifactRef } from "../../../../src/domain/Artifact.ts"
import type { Conversation } from "../../../../src/domain/Conversation.ts"
import type { Rollout } from "../../../../src/domain/Rollout.ts"
import type { SimulationResult, SimulatorResult, SplitResult } from "../../../../src/domain/Results.ts"
import { personaList, personasName } from "../../../generation/personas.ts"
import { personaText, saysPersona } from "../../../generation/userSystem.ts"
import { simulatorKind } from "../buildReportData.ts"
import { stepLabels } from "../stepLabels.ts"
import { likenessOf } from "./likenessData.ts"
import type { LikenessCell } from "./likenessData.ts"
import type { SimulatorReportData, TalkSample } from "./SimulatorReportData.ts"

export interface SimulatorCell extends LikenessCell {
  readonly simulator: SimulatorResult
  readonly simulation: SimulationResult
  /** Transcripts of the evaluations that its utility is the difference of, where it is one. */
  readonly gain?: { readonly trained: ArtifactRef; readonly initial: ArtifactRef } | undefined
  /** The first conversations of the simulation, in drawn order. */
  readonly first: ReadonlyArray<Rollout>
}

export interface SimulatorInputs {
  readonly title: string | undefined
  readonly split: SplitResult
  readonly cells: ReadonlyArray<SimulatorCell>
  /** What the cells' utilities are. */
  readonly utilityName?: string | undefined
  /** The real conversations of the prompts among `first`. */
  readonly real: ReadonlyArray<Conversation>
}

/** Conversations of each simulator that are shown. */
export const shownTalks = 3

export const buildSimulatorData = ({
  title,
  split,
  cells,
  real,
  utilityName,
}: SimulatorInputs): SimulatorReportData => ({
  title: title ?? null,
  simulators: cells.map(({ label, simulator }) => ({
    label,
    ...simulatorKind(simulator),
    opening: simulator.opening,
    ...toldOf(simulator),
  })),
  personas: [
    ...new Map(
      cells.flatMap(({ simulator, simulation }) =>
        toldOf(simulator).personas === null
          ? []
          : personaList(simulation.personas).map((one) => [one.name, personaText(one)] as const),
      ),
    ),
  ].map(([name, prompt]) => ({ name, prompt })),
  split: { preset: split.preset, conversations: split.test.count, users: split.test.users, notes: split.notes },
  fidelity: cells.map(({ label, fidelity, floors }) => ({
    simulator: label,
    ...Struct.omit(fidelity, "_tag", "rows", "seconds"),
    ...(floors === undefined ? {} : { floors }),
  })),
  outcomes: cells.map(({ label, simulation }) => ({
    simulator: label,
    conversations: simulation.rollouts,
    refusals: simulation.refusals,
    failures: simulation.failures,
  })),
  ...likenessField(likenessOf(cells, utilityName)),
  drift: cells.flatMap(({ label, simulator }) =>
    simulator._tag === "FineTuned" && simulator.drift !== undefined
      ? [{ label: `the simulator ${label}`, nats: simulator.drift }]
      : [],
  ),
  samples: samples(cells, real),
  provenance: cells.flatMap(({ label, fidelity: { rows }, simulation, replay, adherence, review, gain }) => [
    { label: stepLabels.simulator(label), transcripts: [] },
    { label: stepLabels.simulation(label), transcripts: [simulation.transcripts.sha256] },
    {
      label: stepLabels.fidelity(label),
      // The first turns first: they alone are text.
      transcripts: [rows.openings, rows.talks, ...(rows.scores === null ? [] : [rows.scores])].map(
        ({ sha256 }) => sha256,
      ),
    },
    ...rowsOf(stepLabels.replay(label), replay),
    ...rowsOf(stepLabels.adherence(label), adherence),
    ...rowsOf(stepLabels.review(label), review),
    ...rowsOf(stepLabels.trainedWith(label), gain && { rows: gain.trained }),
    ...rowsOf(stepLabels.untrained(label), gain && { rows: gain.initial }),
  ]),
})

const likenessField = (likeness: SimulatorReportData["likeness"]) => (likeness === undefined ? {} : { likeness })

const rowsOf = (label: string, result: { readonly rows: ArtifactRef } | undefined) =>
  result === undefined ? [] : [{ label, transcripts: [result.rows.sha256] }]

const toldOf = (simulator: SimulatorResult): { readonly told: string; readonly personas: string | null } => {
  switch (simulator._tag) {
    case "RolePlay":
      return simulator.style === "json"
        ? { told: "instructions, persona and intent", personas: personasName(simulator.personas) }
        : spoken(simulator)
    case "FineTuned":
      return spoken(simulator)
    case "ServedSimulator":
      return { told: "the intent", personas: null }
    case "CustomSimulator":
      return { told: "what the experiment writes", personas: personasName(simulator.personas) }
  }
}

const spoken = ({ condition, personas }: Extract<SimulatorResult, { readonly condition: unknown }>) => ({
  told: { intent: "the intent", persona: "persona", "persona-and-intent": "persona and intent", none: "nothing" }[
    condition
  ],
  personas: saysPersona(condition) ? personasName(personas) : null,
})

/** The same prompts for every simulator, chosen before anything was known of them; the real users' first. */
const samples = (cells: ReadonlyArray<SimulatorCell>, real: ReadonlyArray<Conversation>): ReadonlyArray<TalkSample> => {
  const intents = new Map(real.map(({ id, intent }) => [id, intent ?? null]))
  const wanted = [...new Set(cells.flatMap(({ first }) => first.slice(0, shownTalks).map(({ prompt }) => prompt)))]
  const limit = Math.max(...cells.map(({ fidelity }) => fidelity.endings.limit))
  return [
    ...wanted.flatMap((prompt) =>
      real
        .filter(({ id }) => id === prompt)
        .map(({ messages, intent }): TalkSample => ({
          simulator: null,
          prompt,
          persona: null,
          intent: intent ?? null,
          messages: messages.slice(0, 2 * limit),
          turns: userTurns(messages),
          ending: null,
          closing: null,
          failure: null,
        })),
    ),
    ...cells.flatMap(({ label, simulator, first }) =>
      first.slice(0, shownTalks).map(({ prompt, persona, messages, ending, closing, failure }) => ({
        simulator: label,
        prompt,
        persona: toldOf(simulator).personas === null ? null : persona,
        intent: intents.get(prompt) ?? null,
        messages,
        turns: userTurns(messages),
        ending,
        closing,
        failure,
      })),
    ),
  ]
}

const userTurns = (messages: TalkSample["messages"]) => messages.filter(({ role }) => role === "user").length
