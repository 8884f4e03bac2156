/** What can be wrong with a stage or an experiment before anything runs. Thrown while an experiment file is read. */
import { Data } from "effect"

/** An input that doesn't fit its stage. */
export class InvalidInput extends Data.TaggedError("InvalidInput")<{
  readonly stage: string
  readonly detail: string
}> {
  override get message() {
    return `${this.stage} can't be built from these inputs:\n${this.detail}\nCorrect them in the experiment file.`
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
