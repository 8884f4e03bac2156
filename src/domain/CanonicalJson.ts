/** One text for each JSON value, and its hash: the identity of steps, calls and artifacts. */
import { createHash } from "node:crypto"
import { Schema } from "effect"

/** A value without a canonical JSON text. `path` is where it sits, such as `$.messages[0].content`. */
export class NotCanonical extends Schema.TaggedError<NotCanonical>()("NotCanonical", {
  path: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.path} can't be part of an identity: ${this.detail}`
  }
}

/**
 * JSON without whitespace, object keys sorted by UTF-16 code unit, fields that are undefined left out (RFC 8785 without
 * its check for lone surrogates, which are escaped). `JSON.parse` of it gives the value back (-0 as 0).
 *
 * Throws `NotCanonical` for whatever JSON would silently change: non-finite numbers, bigints, functions, symbols,
 * undefined outside of a field, instances of classes (Date, Map, bytes, Redacted ...), cycles.
 */
export const canonicalJson = (value: unknown): string => write(value, [])

/** Lower-case hex SHA-256 of the canonical JSON. */
export const contentHash = (value: unknown): string => sha256Hex(canonicalJson(value))

/** Lower-case hex SHA-256; of a string, its UTF-8 bytes. */
export const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex")

const write = (value: unknown, path: Array<string | number>): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value)
    case "boolean":
      return value ? "true" : "false"
    case "number":
      if (Number.isFinite(value)) return JSON.stringify(value)
      return refuse(path, `${value} is not a JSON number`)
    case "object":
      if (value === null) return "null"
      if (path.length >= maxDepth) return refuse(path, "it is cyclic or nested too deeply")
      return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path)
    case "undefined":
      return refuse(path, "undefined stands for a missing field and nothing else")
    case "function":
      return refuse(path, `the function ${value.name || "(anonymous)"} has no content to compare; use data instead`)
    default:
      return refuse(path, `a ${typeof value} is not a JSON value`)
  }
}

const writeArray = (values: ReadonlyArray<unknown>, path: Array<string | number>): string => {
  let out = "["
  for (let index = 0; index < values.length; index++) {
    path.push(index)
    out += (index === 0 ? "" : ",") + write(values[index], path)
    path.pop()
  }
  return `${out}]`
}

const writeObject = (value: object, path: Array<string | number>): string => {
  if (!isPlain(value)) return refuse(path, `a ${value.constructor.name} has no JSON form of its own; encode it first`)
  let out = "{"
  for (const key of Object.keys(value).sort()) {
    const field = (value as Readonly<Record<string, unknown>>)[key]
    if (field === undefined) continue
    path.push(key)
    out += (out === "{" ? "" : ",") + JSON.stringify(key) + ":" + write(field, path)
    path.pop()
  }
  return `${out}}`
}

/** Object literals, `JSON.parse` results and null-prototype records: nothing that hides state beside its own fields. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** Deeper than any request; shallower than the call stack. */
const maxDepth = 1000

const refuse = (path: ReadonlyArray<string | number>, detail: string): never => {
  const steps = path.slice(0, 20).map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
  throw new NotCanonical({ path: `$${steps.join("")}${path.length > 20 ? "..." : ""}`, detail })
}
