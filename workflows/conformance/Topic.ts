/** What a topic of reference vectors is: how its cases are checked against the product's own functions. */
import type { FileSystem, Path } from "@effect/platform"
import { Effect, ParseResult, Schema } from "effect"

/** One case of a topic file. The topic knows the shapes of `input` and `expected`. */
export const Case = Schema.Struct({ note: Schema.String, input: Schema.Unknown, expected: Schema.Unknown })
export type Case = typeof Case.Type

/** `undefined` when the case passes, else what differs, in one line. */
export type Check = (item: Case) => string | undefined

/** A check, made ready once for the file. What it fails with is the reason why every case fails. */
export type Topic = Effect.Effect<Check, { readonly message: string }, FileSystem.FileSystem | Path.Path>

/** A topic whose cases decode by `schema`; a case that does not decode fails, for it asks for something unknown. */
export const topic = <A, I>(
  schema: Schema.Schema<A, I>,
  check: (input: A, expected: unknown) => string | undefined,
): Topic => {
  const decode = Schema.decodeUnknownEither(schema)
  return Effect.succeed(({ input, expected }) => {
    const decoded = decode(input)
    if (decoded._tag === "Right") return check(decoded.right, expected)
    return `the input is not understood: ${ParseResult.ArrayFormatter.formatErrorSync(decoded.left)[0]?.message}`
  })
}

/**
 * The first place where `actual` is not what `expected` says, numbers within `tolerance` (absolute). Fields of
 * `actual` that `expected` does not name are free.
 */
export const difference = (actual: unknown, expected: unknown, tolerance = 0, path = "$"): string | undefined => {
  if (typeof expected === "number" && typeof actual === "number" && Math.abs(actual - expected) <= tolerance)
    return undefined
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null)
    return actual === expected ? undefined : `${path}: expected ${show(expected)}, got ${show(actual)}`
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length))
    return `${path}: expected ${expected.length} items, got ${Array.isArray(actual) ? actual.length : show(actual)}`
  const fields = actual as Readonly<Record<string, unknown>>
  for (const [key, value] of Object.entries(expected)) {
    const found = difference(fields[key], value, tolerance, `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
