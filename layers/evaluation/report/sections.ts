/** The report of an experiment with assistants: its sections in reading order; those without content are left out. */
import { counted } from "./sectionParts.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Page, Section } from "./Section.ts"
import { answerSection } from "./sections/answerSection.ts"
import { comparisonsSection } from "./sections/comparisonsSection.ts"
import { conversationsSection } from "./sections/conversationsSection.ts"
import { costSection } from "./sections/costSection.ts"
import { failuresSection } from "./sections/failuresSection.ts"
import { learningSection } from "./sections/learningSection.ts"
import { limitsSection } from "./sections/limitsSection.ts"
import { matrixSection } from "./sections/matrixSection.ts"
import { measuresSection } from "./sections/measuresSection.ts"
import { provenanceSection } from "./sections/provenanceSection.ts"
import { seedsSection } from "./sections/seedsSection.ts"
import { simulatorsSection } from "./sections/simulatorsSection.ts"
import { wildBenchSection } from "./sections/wildBenchSection.ts"
import { utilitySection } from "./sections/utilitySection.ts"

/** One file each in `sections/`. */
const all: ReadonlyArray<(data: ReportData, facts: RunFacts) => Section> = [
  answerSection,
  seedsSection,
  matrixSection,
  comparisonsSection,
  measuresSection,
  wildBenchSection,
  simulatorsSection,
  utilitySection,
  learningSection,
  conversationsSection,
  failuresSection,
  costSection,
  limitsSection,
  provenanceSection,
]

export const assistantsPage = (data: ReportData, facts: RunFacts): Page => ({
  title: data.title ?? facts.experiment,
  subtitle: subtitle(data, facts),
  sections: all.map((section) => section(data, facts)).filter(({ blocks }) => blocks.length > 0),
})

const subtitle = ({ assistants, simulators, matrix }: ReportData, { cells, experiment }: RunFacts) => {
  const models = [...new Set([...assistants, ...simulators].map(({ model }) => model))]
  const conversations = matrix.filter(({ metric }) => metric === "reward")
  const talks = conversations.reduce((sum, { n, missing }) => sum + n + missing, 0)
  return [
    `Experiment ${experiment}`,
    counted(cells.length, "cell"),
    counted(assistants.filter(({ kind }) => kind === "trained").length, "trained assistant"),
    counted(simulators.length, "simulator"),
    `${talks.toLocaleString("en-US")} held-out conversations`,
    models.join(", "),
  ].join(" · ")
}
