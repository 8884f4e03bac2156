/**
 * A stage is a kind of work, declared once: name, version, input and output schemas, body and estimate.
 * Calling it with inputs builds a `Step`. An edit that changes results bumps the version.
 */
import { Either, Schema } from "effect"
import type { Effect } from "effect"
import { schemaIssues } from "../domain/schemaIssues.ts"
import type { Estimate } from "./Estimate.ts"
import type { Shard } from "./Shard.ts"
import { InvalidInput } from "./StageErrors.ts"
import { StepTypeId } from "./Step.ts"
import type { AnyStep, Resolved, Services, Step } from "./Step.ts"

type Fields = Schema.Struct.Fields

export interface Declaration<F extends Fields, A, I, R> {
  readonly name: string
  readonly version: number
  /** A default is written as `schema.pipe(Schema.optionalWith({ default }))`; see `Seen`. */
  readonly input: F
  /** Nominal: two stages whose outputs mean different things have different schemas. Small; files are artifacts. */
  readonly output: Schema.Schema<A, I>
  /** What is wrong between fields that fit each by itself; undefined where nothing is. */
  readonly check?: (input: Schema.Struct.Type<F>) => string | undefined
  /** The durable body: deterministic glue, all I/O inside shards. */
  readonly run: (input: Resolved<Schema.Struct.Type<F>>) => Effect.Effect<A, never, R>
  /** `sizeOf` tells the size of an upstream step's output, estimated or real. */
  readonly estimate: (input: Schema.Struct.Type<F>, sizeOf: (step: AnyStep) => number) => Estimate
  /** Text by which a change of the body is seen, where `run` calls a function that was handed in. */
  readonly body?: string
}

export interface AnyStage {
  readonly name: string
  readonly version: number
  readonly schema: Schema.Schema<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>
  readonly output: Schema.Schema<unknown, unknown>
  readonly run: (input: never) => Effect.Effect<unknown, never, unknown>
  readonly estimate: (input: never, sizeOf: (step: AnyStep) => number) => Estimate
  readonly body: string | undefined
}

export interface Stage<F extends Fields, A, R> extends AnyStage {
  <const Input extends Schema.Struct.Encoded<F>>(input: Input): Step<A, Exclude<R, Shard> | Services<Input>>
}

/**
 * Refuses fields that the compiler has lost sight of: steps of such a stage would take any input unchecked. It infers
 * nothing from `Schema.optionalWith(schema, { ... })` beside a `run` that reads its input, and all from the piped form.
 */
type Seen<F> = string extends keyof F ? { readonly input: "pipe schemas into Schema.optionalWith({ ... })" } : unknown

export const make = <const F extends Fields, A, I, R>(
  declaration: Declaration<F, A, I, R> & Seen<F>,
): Stage<F, A, R> => {
  const schema = Schema.Struct(declaration.input)
  // The struct's own types are erased here and restored by the signature of `Stage`; decoding checks at run time.
  const erased = schema as unknown as AnyStage["schema"]
  const decode = Schema.decodeUnknownEither(erased, { onExcessProperty: "error", errors: "all" })
  const build = (input: unknown) => {
    const decoded = decode(input)
    if (Either.isLeft(decoded)) {
      throw new InvalidInput({ stage: declaration.name, detail: schemaIssues(decoded.left).join("\n") })
    }
    // Decoded by the schema of these very fields.
    const wrong = declaration.check?.(decoded.right as Schema.Struct.Type<F>)
    if (wrong !== undefined) throw new InvalidInput({ stage: declaration.name, detail: wrong })
    return { [StepTypeId]: variance, stage, input: decoded.right }
  }
  const properties = { version: declaration.version, schema: erased, output: declaration.output }
  const stage = Object.assign(build, properties, {
    run: declaration.run,
    estimate: declaration.estimate,
    body: declaration.body,
  })
  Object.defineProperty(stage, "name", { value: declaration.name })
  return stage as unknown as Stage<F, A, R>
}

const variance = { _A: (a: never) => a, _R: (r: never) => r }
