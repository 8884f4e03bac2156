/** What a comparison of simulators with real users can and can't show, said plainly. */
import type { SimulatorReportData } from "./SimulatorReportData.ts"

/** The sentence that stands beside the answer. */
export const simulatorCaveat =
  "Being like real users is not being useful: no one of these measures foretells how good an assistant becomes that is trained with a simulator."

export const simulatorLimits = (data: SimulatorReportData): ReadonlyArray<string> => [
  "It shows how the words, the first turns, the lengths and the endings of simulated users compare with those of real ones, on conversations by people whom nothing was trained on.",
  ...(data.fidelity.some(({ noLikelihood }) => noLikelihood !== null)
    ? [
        "Simulators behind endpoints give no log-probabilities of given words, so nothing is said of how well they foresee real users: a dash there is no verdict.",
      ]
    : []),
  "Simulated conversations are with another assistant than the logged ones, and take another course: turn by turn the two sides don't answer the same thing.",
  "Logs are no census of people: who talks to an assistant that keeps logs, and who is in this corpus, decides what real looks like here.",
  ...(data.fidelity.some(({ endings }) => endings.compared < 100)
    ? [
        "With fewer than a hundred conversations of each simulator only large differences show: read the intervals, and don't rank what they don't tell apart.",
      ]
    : []),
  ...(data.simulators.some(({ model }) => /135M/i.test(model))
    ? [
        "A model of 135 million parameters is no capable simulator: it shows that the whole path works on a real model, no more.",
      ]
    : []),
]
