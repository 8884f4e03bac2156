/**
 * Intents for a corpus: what every user wanted, in one sentence. Copy this file, name a model of yours, and let
 * simulators and assistants take `intents` where they take a split.
 */
import * as U from "understudy"

const split = U.Split({ corpus: U.embeddedCorpus() }) // or --corpus logs.jsonl.gz

// An instruction-following model: { model: U.Model.openai("gpt-4.1-mini-2025-04-14"), recipe: U.labIntents }
const intents = U.Intents({ split, model: U.Model.embedded, recipe: U.embeddedIntents })

export default U.Experiment.make("intents", {
  grids: { main: U.Grid.make({ axes: {}, experiment: () => intents }) },
})
