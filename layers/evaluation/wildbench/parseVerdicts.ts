/**
 * Verdicts on the items of a checklist as a judge wrote them: a JSON array of `{ item, satisfied, reasoning }`, in a
 * fence or between the first `[` and the last `]`. Two rules (paper, 2.5): "lab", the paper's public code, takes a wrong
 * number of verdicts and any item numbers, in the order given; "rel", its later release, wants items 1 to n, each once.
 */
import { Either, Schema } from "effect"

export interface ItemVerdict {
  /** As the judge gave it under "lab"; 1 to n in order under "rel". */
  readonly item: unknown
  readonly satisfied: boolean
  /** Empty where there was none. */
  readonly reasoning: string
}

export type ChecklistRules = "lab" | "rel"

/** Null where the text holds no usable verdicts. */
export const parseVerdicts = (
  text: string,
  items: number,
  rules: ChecklistRules,
): ReadonlyArray<ItemVerdict> | null => {
  const parsed = parseArray(arrayIn(text))
  if (parsed === null || parsed.length === 0) return null
  const verdicts = parsed.map(verdictOf)
  if (!verdicts.every((verdict) => verdict !== null)) return null
  return rules === "lab" ? verdicts : inOrder(verdicts, items)
}

const arrayIn = (text: string): string =>
  /```(?:json)?\s*(\[[\s\S]*?\])\s*```/.exec(text)?.[1] ?? /\[[\s\S]*\]/.exec(text)?.[0] ?? text

/** Judges write LaTeX such as `\(` in strings, which JSON does not allow: such backslashes are doubled, once. */
const parseArray = (text: string): ReadonlyArray<unknown> | null => {
  const parsed = Either.orElse(parse(text), () => parse(text.replace(/\\(?!["\\/bfnrtu])/g, "\\\\")))
  return Either.isRight(parsed) && Array.isArray(parsed.right) ? parsed.right : null
}

/** Python's JSON also knows NaN and infinities; where they stand, they are no verdict. */
const parse = (text: string) =>
  Either.orElse(decode(text), () =>
    decode(
      text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
        token.startsWith('"') ? token : `"${names(token)}"`,
      ),
    ),
  )
const names = (token: string) => (token === "NaN" ? "nan" : token === "Infinity" ? "inf" : "-inf")
const decode = Schema.decodeUnknownEither(Schema.parseJson())

const verdictOf = (entry: unknown): ItemVerdict | null => {
  if (!isRecord(entry)) return null
  const satisfied = truth(entry["satisfied"])
  const reasoning = "reasoning" in entry ? pythonText(entry["reasoning"]) : ""
  return satisfied === null ? null : { item: entry["item"] ?? null, satisfied, reasoning }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const truth = (value: unknown): boolean | null => {
  if (typeof value === "boolean") return value
  const text = typeof value === "string" ? value.toLowerCase() : ""
  return text === "true" ? true : text === "false" ? false : null
}

/** As Python's `str` writes simple values. */
const pythonText = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value === null || value === undefined) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  return JSON.stringify(value)
}

const inOrder = (verdicts: ReadonlyArray<ItemVerdict>, items: number): ReadonlyArray<ItemVerdict> | null => {
  const numbered = verdicts.map((verdict) => ({ ...verdict, item: asNumber(verdict.item) }))
  const sorted = numbered.sort((a, b) => a.item - b.item)
  return sorted.length === items && sorted.every(({ item }, i) => item === i + 1) ? sorted : null
}

/** In Python, true equals 1. */
const asNumber = (item: unknown): number => (item === true ? 1 : typeof item === "number" ? item : Number.NaN)
