/** Results and transcripts to the numbers of a report. Pure: equal inputs give equal data. */
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import type { SimulatorResult } from "../../../src/domain/Results.ts"
import { personaList } from "../../generation/personas.ts"
import { personaText } from "../../generation/userSystem.ts"
import { seedContrasts, seedGains, wayOf } from "./acrossSeeds.ts"
import { byConversation, pairedContrasts, reliability } from "./comparisons.ts"
import { judgeAgreement } from "./judgeAgreement.ts"
import { failures, refusals } from "./outcomeRows.ts"
import { endings, turnLengths } from "./realism.ts"
import type { ReportData, Sample, SimulatorKind } from "./ReportData.ts"
import { isTrained, ownSimulators } from "./ReportInputs.ts"
import type { ReportInputs } from "./ReportInputs.ts"
import { stepLabels } from "./stepLabels.ts"
import { trainingRows } from "./trainingRows.ts"
import { buildWildBench } from "./wildbench/buildWildBench.ts"
import { wildBenchProvenance } from "./wildbench/wildBenchSources.ts"
import { gains, generalisation, labels, matrixRows, sensitivity } from "./scores.ts"

export const buildReportData = (inputs: ReportInputs): ReportData => {
  const { title, simulators, assistants, matrix, heldOut } = inputs
  const own = ownSimulators(inputs)
  const users = new Map((heldOut ?? []).map(({ id, user }) => [id, user]))
  const clusterOf = (prompt: string) => users.get(prompt) ?? prompt
  const tuned = Object.entries(simulators).flatMap(([simulator, result]) =>
    result._tag === "FineTuned" ? [{ simulator, ...result }] : [],
  )
  const personas = new Map(
    matrix.flatMap(({ result }) => personaList(result.personas).map((one) => [one.name, personaText(one)] as const)),
  )
  const trainings = trainingRows(inputs)
  const gained = gains(inputs, clusterOf)
  const agreement = judgeAgreement(inputs)
  const wildbench = buildWildBench(inputs.wildbench ?? [], inputs.wildbenchPairs)
  return {
    title: title ?? null,
    ...(inputs.question === undefined ? {} : { question: inputs.question }),
    simulators: Object.entries(simulators).map(([label, result]) => ({ label, ...simulatorKind(result) })),
    assistants: Object.entries(assistants).map(([label, result]) => ({
      label,
      kind: isTrained(inputs, label) ? "trained" : "initial",
      model: modelName(result._tag === "Assistant" ? result.checkpoint.base : result.model),
      trainedWith: own.get(label) ?? null,
      ...wayIn(inputs, label),
    })),
    personas: [...personas].map(([name, prompt]) => ({ name, prompt })),
    bootstrap: { resamples: 10_000, seed: 0, confidence: 0.95, cluster: users.size === 0 ? "prompt" : "user" },
    matrix: matrixRows(inputs, clusterOf),
    gains: gained,
    generalisation: generalisation(inputs, clusterOf),
    ...(inputs.replicates === undefined
      ? {}
      : { seedGains: seedGains(inputs, gained), seedContrasts: seedContrasts(inputs, gained) }),
    ...(inputs.contrasts === undefined ? {} : { contrasts: pairedContrasts(inputs, clusterOf) }),
    ...(inputs.success === undefined ? {} : { reliability: reliability(inputs) }),
    ...(inputs.byConversation === true ? { byConversation: byConversation(inputs) } : {}),
    ...(agreement === undefined ? {} : { judgeAgreement: agreement }),
    sensitivity: sensitivity(inputs),
    perplexity: tuned.map(({ simulator, perplexity }) => ({ simulator, ...perplexity })),
    ending: tuned.map(({ simulator, ending }) => ({ simulator, ...ending })),
    turnLengths: turnLengths(inputs),
    endings: endings(inputs),
    curves: curves(inputs),
    ...(trainings.length === 0 ? {} : { trainings }),
    drift: drift(inputs),
    samples: samples(inputs),
    failures: failures(inputs),
    refusals: refusals(inputs),
    ...(wildbench === undefined ? {} : { wildbench }),
    provenance: provenance(inputs),
  }
}

const wayIn = ({ replicates = {} }: ReportInputs, label: string) => {
  const replicate = replicates[label]
  return replicate === undefined ? {} : { way: wayOf(replicate) }
}

/** What a simulator is and which model speaks for it, as tables say it. */
export const simulatorKind = (result: SimulatorResult): { readonly kind: SimulatorKind; readonly model: string } => {
  switch (result._tag) {
    case "RolePlay":
      return { kind: "role-play", model: modelName(result.model) }
    case "FineTuned":
      return { kind: "fine-tuned", model: modelName(result.checkpoint.base) }
    case "ServedSimulator":
      return { kind: "fine-tuned, served", model: modelName(result.model) }
    case "CustomSimulator":
      return { kind: "defined by the experiment", model: `${result.name}/v${result.version}` }
  }
}

const curves = ({ assistants }: ReportInputs): ReportData["curves"] =>
  Object.entries(assistants).flatMap(([assistant, result]) =>
    result._tag !== "Assistant"
      ? []
      : [
          {
            assistant,
            points: result.curve.map(({ index, reward, kl, rollouts, failures, measures, seconds }) => ({
              iteration: index,
              reward,
              kl,
              rollouts,
              failed: failures.reduce((sum, { count }) => sum + count, 0),
              measures,
              seconds,
            })),
          },
        ],
  )

const drift = ({ simulators, assistants }: ReportInputs): ReportData["drift"] =>
  [
    ...Object.entries(simulators).map(([label, result]) => ({
      label: `the simulator ${label}`,
      seen: result._tag === "FineTuned" ? [result.drift ?? 0] : [],
    })),
    ...Object.entries(assistants).map(([label, result]) => ({
      label: `the assistant ${label}`,
      seen: result._tag === "Assistant" ? result.curve.map((point) => point.drift ?? 0) : [],
    })),
  ]
    .map(({ label, seen }) => ({ label, nats: Math.max(0, ...seen) }))
    .filter(({ nats }) => nats > 0)

const provenance = ({
  simulators,
  assistants,
  matrix,
  wildbench,
  wildbenchPairs,
}: ReportInputs): ReportData["provenance"] => [
  ...Object.keys(simulators).map((label) => ({ label: stepLabels.simulator(label), transcripts: [] })),
  ...Object.entries(assistants).map(([label, result]) => ({
    label: stepLabels.assistant(label),
    transcripts: result._tag === "Assistant" ? result.curve.map(({ transcripts }) => transcripts.sha256) : [],
  })),
  ...matrix.map((cell) => ({ label: stepLabels.evaluation(cell), transcripts: [cell.result.transcripts.sha256] })),
  ...wildBenchProvenance(wildbench ?? [], wildbenchPairs ?? []),
]

const samplesByCell = 3

/** The first prompts in the order in which they were drawn: the same in every cell, whatever came of them. */
const samples = ({ matrix }: ReportInputs): ReadonlyArray<Sample> =>
  matrix.flatMap((cell) =>
    cell.rollouts
      .filter(({ sample }) => sample === 0)
      .slice(0, samplesByCell)
      .map(({ prompt, messages, ending, verdict, failure }) => ({
        ...labels(cell),
        prompt,
        messages,
        ending,
        reward: verdict?.reward ?? null,
        measures: verdict?.measures ?? {},
        checks: verdict?.checks ?? [],
        failure,
      })),
  )

const modelName = ({ name, revision }: ModelSpec) => (revision === undefined ? name : `${name}@${revision}`)
