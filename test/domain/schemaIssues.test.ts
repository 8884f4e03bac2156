import { Either, Schema } from "effect"
import { assert, describe, it } from "vitest"
import { schemaIssues } from "../../src/domain/schemaIssues.ts"

const issues = <A, I>(schema: Schema.Schema<A, I>, value: unknown) =>
  Either.match(Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })(value), {
    onLeft: schemaIssues,
    onRight: () => [],
  })

const Shape = Schema.Union(
  Schema.TaggedStruct("Circle", { radius: Schema.Positive }),
  Schema.TaggedStruct("Square", { side: Schema.Positive, label: Schema.optional(Schema.String) }),
)

describe("schemaIssues", () => {
  it("names every place that is wrong, by its path", () => {
    const schema = Schema.Struct({ a: Schema.Struct({ list: Schema.Array(Schema.Int) }), b: Schema.String })
    assert.deepEqual(issues(schema, { a: { list: [1, "two", 2.5] }, c: 1 }), [
      'c: is unexpected, expected: "a" | "b"',
      'a.list.1: Expected number, actual "two"',
      "a.list.2: Expected an integer, actual 2.5",
      "b: is missing",
    ])
  })

  it("tells only of the member of a union that was meant", () => {
    assert.deepEqual(issues(Shape, { _tag: "Square", side: -1, label: 3 }), [
      "side: Expected a positive number, actual -1",
      "label: Expected string, actual 3",
    ])
    assert.deepEqual(issues(Shape, { _tag: "Cube" }), ['_tag: Expected "Circle" | "Square", actual "Cube"'])
  })

  it("says nothing of what may be left out", () => {
    const schema = Schema.Struct({
      one: Schema.optionalWith(Schema.Int, { default: () => 1 }),
      two: Schema.optional(Schema.Literal("a", "b")),
    })
    assert.deepEqual(issues(schema, { one: "1", two: "c" }), [
      'one: Expected number, actual "1"',
      'two: Expected "a" | "b", actual "c"',
    ])
  })

  it("names all that would do where a value is nothing of it", () => {
    assert.deepEqual(issues(Schema.Union(Schema.String, Schema.Number), true), [
      "Expected string | number, actual true",
    ])
  })
})
