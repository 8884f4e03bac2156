/** What can be wrong with a stage or an experiment before anything runs. Thrown while an experiment file is read. */
import { Data } from "effect"

/** An input that doesn't fit its stage. `detail` has a line for each field that is wrong. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly stage: string
  readonly detail: string
  /** The cell of a grid that it was made for. */
  readonly cell?: string
}> {
  override get message() {
    const where = this.cell === undefined ? "" : ` in cell ${this.cell}`
    const lines = this.detail.split("\n").map((line) => `  ${line}`)
    return [
      `${this.stage}${where} can't be built from these inputs:`,
      ...lines,
      "Correct them in the experiment file.",
    ].join("\n")
  }

  /** The same error, told of its cell; its stack still leads to where the step was made. */
  in(cell: string): InvalidInput {
    const located = new InvalidInput({ stage: this.stage, detail: this.detail, cell: this.cell ?? cell })
    located.stack = this.stack ?? ""
    return located
  }
}

/** A declaration that contradicts itself: an empty axis, two cells with one key, a name used twice. */
export class InvalidExperiment extends Data.TaggedError("InvalidExperiment")<{
  readonly where: string
  readonly detail: string
}> {
  override get message() {
    return `${this.where}: ${this.detail}`
  }
}

/** Files run without type checking: an option that is misspelt would be left out silently. */
export const refuseUnknown = (where: string, options: object, known: ReadonlyArray<string>): void => {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new InvalidExperiment({ where, detail: `it has no option "${unknown}": there are ${known.join(", ")}` })
  }
}
