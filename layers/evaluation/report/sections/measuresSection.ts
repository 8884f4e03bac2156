/** The measures that a reward is made of, and how far its judges agree. */
import { familyOf } from "../../judges/family.ts"
import { decimal, signed, whole } from "../numbers.ts"
import type { ReportData } from "../ReportData.ts"
import { matrixSource } from "../rowSources.ts"
import type { RunFacts } from "../RunFacts.ts"
import { measureTable } from "../scienceTables.ts"
import { section, some } from "../sectionParts.ts"
import type { Column, Table } from "../Section.ts"

export const measuresSection = (data: ReportData, facts: RunFacts) =>
  section("measures", "Behind the reward", [
    ...some(
      measureTable(data),
      "A gain in reward that comes with more copying or repetition, or with less fluency, is a gain in gaming the checks. In parentheses: the change against the initial model, paired by prompt.",
    ),
    ...some(
      pairTable(data),
      `Judges that rank conversations alike may still grade on other scales. Krippendorff's alpha of their scores (interval; 1 is agreement, 0 is chance): ${decimal(data.judgeAgreement?.alpha ?? null)}.`,
    ),
    judgeTable(data, facts),
  ])

const numeric = (name: string): Column => ({ name, numeric: true })

const pairTable = (data: ReportData): Table => ({
  kind: "table",
  caption: "How far judges agree, two by two",
  columns: [
    { name: "judge" },
    { name: "other judge" },
    numeric("conversations that both scored"),
    numeric("rank correlation (Spearman)"),
    numeric("mean score less the other's"),
  ],
  sources: (data.judgeAgreement?.pairs ?? []).map(() => matrixSource(data)),
  rows: (data.judgeAgreement?.pairs ?? []).map(({ first, second, conversations, spearman, difference }) => [
    first,
    second,
    whole(conversations),
    decimal(spearman),
    signed(difference),
  ]),
})

const judgeTable = (data: ReportData, { trainingFamilies = [] }: RunFacts): Table => ({
  kind: "table",
  caption: "Scores of each judge, 0 to 10, and the times that it was asked and gave none",
  columns: [
    { name: "judge" },
    { name: "in training" },
    numeric("scores"),
    numeric("mean"),
    numeric("missing"),
    { name: "why" },
  ],
  sources: (data.judgeAgreement?.judges ?? []).map(() => matrixSource(data)),
  rows: (data.judgeAgreement?.judges ?? []).map(({ judge, scores, missing, mean, failures = [] }) => [
    judge,
    inTraining(judge, trainingFamilies),
    whole(scores),
    decimal(mean),
    whole(missing),
    failures.map(({ reason, count }) => `${reason} (${whole(count)})`).join(", "),
  ]),
})

/** A judge that trained an assistant has taught it its own taste. */
const inTraining = (name: string, families: ReadonlyArray<string>) => {
  if (families.length === 0) return "not known"
  return families.includes(familyOf({ model: { provider: "openai", name } }))
    ? "its family gave rewards"
    : "not among its judges"
}
