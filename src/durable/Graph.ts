/**
 * The steps of an experiment in topological order, each with its id: the hash of its canonical encoded inputs, in
 * which an upstream step stands as its id, a file as the hash of its content, and a field at its default is left out.
 */
import { Either, ParseResult, Schema } from "effect"
import { canonicalJson, contentHash } from "../domain/CanonicalJson.ts"
import { FileRef } from "../domain/FileRef.ts"
import { InvalidInput } from "./StageErrors.ts"
import { isStep, upstream } from "./Step.ts"
import type { AnyStage } from "./Stage.ts"
import type { AnyStep } from "./Step.ts"

export interface Node {
  readonly id: string
  readonly step: AnyStep
  /** The canonical inputs that the id hashes: what `diff` compares. */
  readonly canonical: Readonly<Record<string, unknown>>
  readonly upstream: ReadonlyArray<string>
}

/** Ids of the files that steps read, by path: the SHA-256 of their content. */
export type FileHashes = ReadonlyMap<string, string>

export interface Graph {
  /** Upstream before downstream, equal steps once. */
  readonly nodes: ReadonlyArray<Node>
  /** The id of any step in the graph; equal steps have equal ids. */
  readonly ids: ReadonlyMap<AnyStep, string>
}

/** The graph under `roots`. Throws `InvalidInput` for a file whose hash is not given. */
export const make = (roots: ReadonlyArray<AnyStep>, files: FileHashes = new Map()): Graph => {
  const nodes = new Map<string, Node>()
  const ids = new Map<AnyStep, string>()
  const visit = (step: AnyStep): string => {
    const known = ids.get(step)
    if (known !== undefined) return known
    const above = upstream(step.input).map(visit)
    const canonical = encode(step, ids, files)
    const id = `${step.stage.name}/v${step.stage.version}-${contentHash(canonical).slice(0, 16)}`
    ids.set(step, id)
    if (!nodes.has(id)) nodes.set(id, { id, step, canonical, upstream: above })
    return id
  }
  roots.forEach(visit)
  return { nodes: [...nodes.values()], ids }
}

/** A file or folder, and the stages whose steps read it. */
export interface ReadFile {
  readonly path: string
  readonly stages: ReadonlySet<AnyStage>
}

/** The files that the steps under `roots` read, each once. */
export const files = (roots: ReadonlyArray<AnyStep>): ReadonlyArray<ReadFile> => {
  const found = new Map<string, Set<AnyStage>>()
  // Steps may share what is in their inputs: it is looked through once for each stage.
  const seen = new Map<AnyStage, Set<unknown>>()
  const visit = (value: unknown, stage: AnyStage): void => {
    if (typeof value !== "object" && typeof value !== "function") return
    if (value === null || !added(seen, stage, value)) return
    if (value instanceof FileRef) added(found, value.path, stage)
    else if (isStep(value)) visitStep(value)
    else Object.values(value).forEach((item) => visit(item, stage))
  }
  const visitStep = ({ input, stage }: AnyStep) => visit(input, stage)
  roots.forEach(visitStep)
  return [...found].map(([path, stages]) => ({ path, stages }))
}

/** Whether `value` is new in the key's set. */
const added = <K, V>(sets: Map<K, Set<V>>, key: K, value: V): boolean => {
  const set = sets.get(key) ?? new Set()
  sets.set(key, set)
  return set.size < set.add(value).size
}

const encode = (step: AnyStep, ids: ReadonlyMap<AnyStep, string>, hashes: FileHashes) => {
  const encoded = Schema.encodeSync(step.stage.schema)(step.input)
  const canonical = replace(withoutDefaults(encoded, step.stage.schema), (value) => {
    if (isStep(value)) return { $step: ids.get(value) }
    if (isFile(value)) {
      const hash = hashes.get(value.path)
      if (hash === undefined) throw new InvalidInput({ stage: step.stage.name, detail: `${value.path} was not read` })
      return { $file: hash }
    }
    return undefined
  })
  // `replace` keeps a record a record.
  return canonical as Readonly<Record<string, unknown>>
}

const isFile = (value: unknown): value is { readonly _tag: "FileRef"; readonly path: string } =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "FileRef" && "path" in value

const replace = (value: unknown, leaf: (value: unknown) => unknown): unknown => {
  const replaced = leaf(value)
  if (replaced !== undefined) return replaced
  if (Array.isArray(value)) return value.map((item) => replace(item, leaf))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, leaf)]))
}

/** Leaves out every field, at any depth, whose absence decodes to the same value. */
const withoutDefaults = (encoded: Readonly<Record<string, unknown>>, schema: AnyStage["schema"]) =>
  // One input at a time: they don't depend on each other, and each field left out is tried by decoding what is around it.
  Object.assign(
    {},
    ...Object.entries(encoded).map(([name, value]) => trimmed({ [name]: value }, inputSchema(schema, name))),
  ) as typeof encoded

const inputSchema = (schema: AnyStage["schema"], name: string): AnyStage["schema"] => {
  const known = inputSchemas.get(schema) ?? new Map<string, AnyStage["schema"]>()
  inputSchemas.set(schema, known)
  const found = known.get(name) ?? schema.pipe(Schema.pick(name))
  known.set(name, found)
  return found
}

const inputSchemas = new WeakMap<AnyStage["schema"], Map<string, AnyStage["schema"]>>()

const trimmed = (encoded: Readonly<Record<string, unknown>>, schema: AnyStage["schema"]) => {
  const decode = ParseResult.decodeUnknownEither(schema)
  const canonical = (value: unknown) =>
    Either.map(decode(value), (decoded) => canonicalJson(replace(Schema.encodeSync(schema)(decoded), stepTag)))
  const tags = new Map<AnyStep, number>()
  const stepTag = (value: unknown) => {
    if (!isStep(value)) return undefined
    if (!tags.has(value)) tags.set(value, tags.size)
    return { $step: tags.get(value) }
  }
  const whole = Either.getOrThrow(canonical(encoded))
  const trim = (current: Readonly<Record<string, unknown>>, path: ReadonlyArray<string>): typeof current =>
    Object.keys(at(current, path)).reduce((kept, key) => {
      const without = omit(kept, path, key)
      const same = canonical(without)
      if (Either.isRight(same) && same.right === whole) return without
      const child = at(kept, path)[key]
      return isPlain(child) ? trim(kept, [...path, key]) : kept
    }, current)
  return trim(encoded, [])
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isStep(value)

const at = (value: Readonly<Record<string, unknown>>, path: ReadonlyArray<string>): Readonly<Record<string, unknown>> =>
  path.reduce<Readonly<Record<string, unknown>>>((here, key) => (isPlain(here[key]) ? here[key] : {}), value)

const omit = (
  value: Readonly<Record<string, unknown>>,
  path: ReadonlyArray<string>,
  key: string,
): Readonly<Record<string, unknown>> => {
  const [head, ...rest] = path
  if (head === undefined) return Object.fromEntries(Object.entries(value).filter(([k]) => k !== key))
  const child = value[head]
  return isPlain(child) ? { ...value, [head]: omit(child, rest, key) } : value
}
