/**
 * A step is a pure value: one stage with its inputs, upstream steps among them. Building one runs nothing.
 * `Step<A, R>` gives an `A` and needs the services `R` of its whole upstream graph.
 */
import { Predicate, Schema, SchemaAST } from "effect"
import type { Types } from "effect"
import type { AnyStage } from "./Stage.ts"

export const StepTypeId: unique symbol = Symbol.for("understudy/Step")

export interface Step<out A, out R = never> {
  readonly [StepTypeId]: { readonly _A: Types.Covariant<A>; readonly _R: Types.Covariant<R> }
  readonly stage: AnyStage
  /** The inputs as declared: decoded, defaults filled in, upstream steps inside. */
  readonly input: Readonly<Record<string, unknown>>
}

export type AnyStep = Step<unknown, unknown>

export const isStep = (value: unknown): value is AnyStep => Predicate.hasProperty(value, StepTypeId)

/** What a step gives. */
export type Output<S> = S extends Step<infer A, unknown> ? A : never

type Leaf = string | number | bigint | boolean | symbol | null | undefined

/** The services that the steps inside an input need. Inputs may hold recursive data; steps stand near the top. */
export type Services<I, Depth extends ReadonlyArray<unknown> = []> = Depth["length"] extends 8
  ? never
  : I extends Leaf
    ? never
    : I extends Step<unknown, infer R>
      ? R
      : I extends ReadonlyArray<infer E>
        ? Services<E, [...Depth, 0]>
        : I extends object
          ? { [K in keyof I]: Services<I[K], [...Depth, 0]> }[keyof I]
          : never

/** An input as a stage's body sees it: every step replaced by its output. */
export type Resolved<I> = I extends Leaf
  ? I
  : I extends Step<infer A, unknown>
    ? A
    : I extends object
      ? { readonly [K in keyof I]: Resolved<I[K]> }
      : I

/** The field type for an upstream step whose output is one of `output`'s members. Checked by type and at run time. */
export const of = <A, I>(output: Schema.Schema<A, I>): Schema.Schema<Step<A, unknown>> =>
  Schema.declare(
    (value: unknown): value is Step<A, unknown> => isStep(value) && covers(output.ast, value.stage.output.ast),
    {
      identifier: `Step<${name(output.ast)}>`,
      message: (issue) =>
        `expected a step that gives ${name(output.ast)}, got ${
          isStep(issue.actual)
            ? `${issue.actual.stage.name}, which gives ${name(issue.actual.stage.output.ast)}`
            : issue.actual === undefined
              ? "nothing: is its name spelt right?"
              : `a value of type ${typeof issue.actual}`
        }`,
    },
  )

/** Every step directly inside a value, in order of appearance, each once. */
export const upstream = (value: unknown): ReadonlyArray<AnyStep> => {
  const found = new Set<AnyStep>()
  const visit = (at: unknown): void => {
    if (isStep(at)) found.add(at)
    else if (Array.isArray(at)) at.forEach(visit)
    else if (typeof at === "object" && at !== null) Object.values(at).forEach(visit)
  }
  visit(value)
  return [...found]
}

const members = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? ast.types.flatMap(members) : [ast]

const covers = (target: SchemaAST.AST, source: SchemaAST.AST): boolean => {
  const accepted = members(target)
  return members(source).every((member) => accepted.includes(member))
}

/** Outputs are known by their tags. */
const name = (ast: SchemaAST.AST): string =>
  members(ast)
    .map((member) => tagOf(member) ?? String(member))
    .join(" or ")

const tagOf = (ast: SchemaAST.AST): string | undefined => {
  const tag = SchemaAST.getPropertySignatures(SchemaAST.typeAST(ast)).find((property) => property.name === "_tag")?.type
  return tag !== undefined && SchemaAST.isLiteral(tag) ? String(tag.literal) : undefined
}
