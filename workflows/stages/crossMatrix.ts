/** Every assistant with every simulator: one `Evaluate` step for each cell of the cross-simulator matrix (paper 1.6). */
import { personasName } from "../../layers/generation/personas.ts"
import type { Personas } from "../../src/domain/Persona.ts"
import type { PolicyResult, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import type { Step } from "../../src/index.ts"
import { Evaluate } from "./Evaluate.ts"

export interface Column<R> {
  readonly simulator: string
  /** In place of the simulator's own. */
  readonly persona?: Personas | undefined
  /** No assistant was trained with this simulator in this persona. */
  readonly heldOut: boolean
  readonly step: Step.Step<SimulatorResult, R>
}

/** Cells labelled by assistant, simulator and persona, in the form that `Report` reads. */
export const crossMatrix = <RA, RS, RP>(options: {
  readonly split: Step.Step<SplitResult, RP>
  readonly assistants: Readonly<Record<string, Step.Step<PolicyResult, RA>>>
  readonly columns: ReadonlyArray<Column<RS>>
  readonly settings: Omit<Parameters<typeof Evaluate>[0], "split" | "assistant" | "simulator" | "persona">
}) =>
  Object.entries(options.assistants).flatMap(([assistant, policy]) =>
    options.columns.map(({ simulator, persona, heldOut, step }) => ({
      assistant,
      simulator,
      persona: persona === undefined ? "its own" : personasName(persona),
      heldOut,
      evaluation: Evaluate({
        ...options.settings,
        split: options.split,
        assistant: policy,
        simulator: step,
        ...(persona === undefined ? {} : { persona }),
      }),
    })),
  )
