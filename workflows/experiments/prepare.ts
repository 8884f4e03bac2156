/** A corpus made ready and nothing else, to see what is dropped and how large the parts are. Give logs with --corpus. */
import * as U from "understudy"

const corpus = U.embeddedCorpus()

export default U.Experiment.make("prepare", {
  grids: {
    main: U.Grid.make({
      axes: { preset: ["default", "lab", "rel"] },
      experiment: ({ preset }) => U.Split({ corpus, preset }),
    }),
  },
})
