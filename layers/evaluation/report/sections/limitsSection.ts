/** What the report can and can't show. */
import { canShow, cantShow } from "../limits.ts"
import type { ReportData } from "../ReportData.ts"
import { section, text } from "../sectionParts.ts"

export const limitsSection = (data: ReportData) =>
  section("limits", "What this can and can't show", [
    text("It can show:"),
    { kind: "list", items: canShow(data) },
    text("It can't show:"),
    { kind: "list", items: cantShow(data) },
  ])
