/** What holds across seeds: the claims about ways to train, beside those about single runs. */
import { columnName } from "../findings.ts"
import { decimal, signed, signedInterval, significant, whole } from "../numbers.ts"
import type { ReportData, SeedContrast, SeedGain } from "../ReportData.ts"
import { seedsSource } from "../rowSources.ts"
import { section, some, text } from "../sectionParts.ts"
import type { Block, Column, Table } from "../Section.ts"

export const seedsSection = (data: ReportData) => {
  const { seedGains = [], seedContrasts = [] } = data
  if (seedGains.length === 0) return section("seeds", "Across seeds", [])
  // The gains themselves are above, with the intervals that single runs have.
  const isOneRun = seedGains.every(({ seeds }) => seeds < 2)
  return section("seeds", "Across seeds", isOneRun ? [text(oneSeed)] : blocks(data, seedGains, seedContrasts))
}

const oneSeed =
  "There is one seed: what is compared here are runs, not ways to train. Add seeds to the grid to say something of those."

const blocks = (
  data: ReportData,
  gains: ReadonlyArray<SeedGain>,
  contrasts: ReadonlyArray<SeedContrast>,
): ReadonlyArray<Block> => [
  text(
    "Training again with another seed gives another assistant. These intervals are Student's t over seeds, each seed's value being its mean gain over the initial model on the same held-out prompts: they speak of the way of training, those of single assistants of one checkpoint.",
  ),
  gainTable(data, gains),
  ...some(
    contrastTable(data, contrasts),
    "Ways of training that differ in one thing, compared seed by seed. p is adjusted for the number of comparisons (Holm).",
  ),
]

const numeric = (name: string): Column => ({ name, numeric: true })

const gainTable = (data: ReportData, rows: ReadonlyArray<SeedGain>): Table => ({
  kind: "table",
  caption: "Gain in reward by way of training",
  columns: [
    { name: "trained with" },
    { name: "evaluated with" },
    numeric("gain"),
    numeric("95% interval"),
    numeric("p"),
    numeric("seeds"),
  ],
  sources: rows.map((row) => seedsSource(data, row)),
  rows: rows.map((row) => [
    row.method,
    columnName(row),
    signed(row.mean),
    signedInterval(row),
    significant(row.pValue),
    whole(row.seeds),
  ]),
})

const contrastTable = (data: ReportData, rows: ReadonlyArray<SeedContrast>): Table => ({
  kind: "table",
  caption: "Differences between ways of training",
  columns: [
    { name: "trained with" },
    { name: "against" },
    { name: "evaluated with" },
    numeric("difference"),
    numeric("95% interval"),
    numeric("p, adjusted"),
    numeric("seeds"),
  ],
  sources: rows.map((row) => seedsSource(data, row)),
  rows: rows.map((row) => [
    row.method,
    row.against,
    columnName(row),
    signed(row.mean),
    signedInterval(row),
    decimal(row.adjusted, 3),
    whole(row.seeds),
  ]),
})
