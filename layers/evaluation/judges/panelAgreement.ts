/**
 * How far judges agree on the items of checklists, beyond chance: Cohen's kappa of each two on the items that both
 * judged, Fleiss' kappa of all on the items that all judged, Krippendorff's alpha (nominal) on everything. Pure.
 */
import { cohenKappa, fleissKappa } from "../statistics/agreement.ts"
import { krippendorffAlpha } from "../statistics/krippendorffAlpha.ts"

export interface PanelAgreement {
  readonly pairs: ReadonlyArray<{
    readonly first: string
    readonly second: string
    /** Items that both judged, and the share of them on which they say the same. */
    readonly items: number
    readonly same: number | null
    /** Null where it is undefined: nothing judged, or one word for everything. */
    readonly kappa: number | null
  }>
  readonly fleiss: { readonly items: number; readonly kappa: number | null }
  /** On items with two verdicts or more. */
  readonly krippendorff: { readonly items: number; readonly alpha: number | null }
  /** Of each judge: verdicts, those that are missing, and the share that say yes, by which judges are mild or harsh. */
  readonly judges: ReadonlyArray<{
    readonly judge: string
    readonly verdicts: number
    readonly missing: number
    readonly yes: number | null
  }>
}

/** `verdicts` holds for each judge one value for each item, the same items for all; null is missing. */
export const panelAgreement = (
  judges: ReadonlyArray<string>,
  verdicts: ReadonlyArray<ReadonlyArray<boolean | null>>,
): PanelAgreement => {
  const items = verdicts[0]?.map((_, item) => verdicts.map((judge) => judge[item] ?? null)) ?? []
  const whole = items.flatMap((item) => (item.every((verdict) => verdict !== null) ? [item] : []))
  const pairs = judges.flatMap((first, a) =>
    judges.slice(a + 1).map((second, offset) => {
      const both = items.flatMap((item) => {
        const [one, other] = [item[a] ?? null, item[a + 1 + offset] ?? null]
        return one === null || other === null ? [] : [[one, other] as const]
      })
      return {
        first,
        second,
        items: both.length,
        same: share(both, ([one, other]) => one === other),
        kappa: cohenKappa(
          both.map(([one]) => one),
          both.map(([, other]) => other),
        ),
      }
    }),
  )
  const numbers = verdicts.map((judge) => judge.map((verdict) => (verdict === null ? null : Number(verdict))))
  return {
    pairs,
    fleiss: { items: whole.length, kappa: whole.length === 0 ? null : fleissKappa(whole) },
    krippendorff: {
      items: items.filter((item) => item.filter((verdict) => verdict !== null).length >= 2).length,
      alpha: krippendorffAlpha(numbers, "nominal"),
    },
    judges: judges.map((judge, i) => {
      const given = (verdicts[i] ?? []).filter((verdict) => verdict !== null)
      const missing = (verdicts[i]?.length ?? 0) - given.length
      return { judge, verdicts: given.length, missing, yes: share(given, Boolean) }
    }),
  }
}

const share = <A>(all: ReadonlyArray<A>, of: (one: A) => boolean) =>
  all.length === 0 ? null : all.filter(of).length / all.length
