/** The content of a report by what it is about: assistants that were trained, or simulators beside real users. */
import { Schema } from "effect"
import { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Page } from "./Section.ts"
import { assistantsPage } from "./sections.ts"
import { SimulatorReportData } from "./simulators/SimulatorReportData.ts"
import { simulatorsPage } from "./simulators/simulatorsPage.ts"

export const AnyReportData = Schema.Union(SimulatorReportData, ReportData)
export type AnyReportData = typeof AnyReportData.Type

/** How a report's artifact is written, whichever it is. */
export const AnyReportJson = Schema.parseJson(AnyReportData)

export const isOfSimulators = (data: AnyReportData): data is SimulatorReportData => "fidelity" in data

export const pageOf = (data: AnyReportData, facts: RunFacts): Page =>
  isOfSimulators(data) ? simulatorsPage(data, facts) : assistantsPage(data, facts)
