/** How the simulated users behave beside the real ones: length of their turns, and how conversations end. */
import type { Message } from "../../../src/domain/Conversation.ts"
import { quantile } from "../quantile.ts"
import type { EndingRow, TurnLengths } from "./ReportData.ts"
import type { ReportCell, ReportInputs } from "./ReportInputs.ts"

/** Real users first, then every simulator in every persona that it was met in. */
export const turnLengths = ({ matrix, heldOut }: ReportInputs): ReadonlyArray<TurnLengths> => {
  const met = new Set(matrix.flatMap(({ rollouts }) => rollouts.map(({ prompt }) => prompt)))
  // Of the very prompts that were met where there are any, so that both sides talk of the same things.
  const real = heldOut?.filter(({ id }) => met.size === 0 || met.has(id)) ?? []
  return [
    ...(heldOut === undefined
      ? []
      : [{ real: true, simulator: null, persona: null, ...lengths(real.map(({ messages }) => messages)) }]),
    ...columns(matrix).map(({ simulator, persona, rollouts }) => ({
      real: false,
      simulator,
      persona,
      ...lengths(rollouts.map(({ messages }) => messages)),
    })),
  ]
}

export const endings = ({ matrix }: ReportInputs): ReadonlyArray<EndingRow> =>
  columns(matrix).flatMap(({ simulator, persona, rollouts }) => {
    const kinds = [...new Set(rollouts.map(({ ending }) => ending))].sort()
    return kinds.map((ending) => ({
      simulator,
      persona,
      ending,
      count: rollouts.filter((rollout) => rollout.ending === ending).length,
    }))
  })

/** Every simulator in a persona, with its rollouts with all assistants. */
const columns = (matrix: ReadonlyArray<ReportCell>) => {
  const found = new Map<string, Pick<ReportCell, "simulator" | "persona" | "rollouts">>()
  for (const { simulator, persona, rollouts } of matrix) {
    const key = JSON.stringify([simulator, persona])
    found.set(key, { simulator, persona, rollouts: [...(found.get(key)?.rollouts ?? []), ...rollouts] })
  }
  return [...found.values()]
}

const lengths = (conversations: ReadonlyArray<ReadonlyArray<Message>>) => {
  const words = conversations
    .flatMap((messages) => messages.filter(({ role }) => role === "user").slice(1))
    .map(({ content }) => content.split(/\s+/).filter((word) => word !== "").length)
    .sort((a, b) => a - b)
  const at = (q: number) => (words.length === 0 ? null : quantile(words, q))
  const mean = words.length === 0 ? null : words.reduce((sum, count) => sum + count, 0) / words.length
  return { turns: words.length, mean, p10: at(0.1), median: at(0.5), p90: at(0.9) }
}
