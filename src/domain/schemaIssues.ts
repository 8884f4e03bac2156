/** What is wrong with a value, one short line for each place: `recipe.rate: Expected number, actual "fast"`. */
import { Array as Arr, Order, ParseResult, SchemaAST } from "effect"

/** In the order of the schema's fields. Where a value fits no member of a union, those of the member it is nearest to. */
export const schemaIssues = ({ issue }: ParseResult.ParseError): ReadonlyArray<string> =>
  Arr.dedupe(found(issue, []).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)))

interface Found {
  readonly path: string
  readonly depth: number
  readonly message: string
}

const found = (issue: ParseResult.ParseIssue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Found> => {
  switch (issue._tag) {
    case "Pointer":
      return found(issue.issue, [...path, ...listed(issue.path)])
    case "Composite": {
      const parts = listed(issue.issues).map((part) => found(part, path))
      if (!SchemaAST.isUnion(issue.ast)) return parts.flat()
      // An optional field may be left out; that says nothing about the value that is there.
      const members = parts.filter((part) => !part.every(({ message }) => absent.test(message)))
      const fits = nearest(members)
      const inside = fits.some(({ depth }) => depth > path.length)
      return inside || members.length === 1 ? fits : leaf(new ParseResult.Type(issue.ast, issue.actual), path)
    }
    case "Transformation":
      return found(issue.issue, path)
    case "Refinement":
      return issue.kind === "From" ? found(issue.issue, path) : leaf(issue, path)
    default:
      return leaf(issue, path)
  }
}

const leaf = (issue: ParseResult.ParseIssue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Found> =>
  ParseResult.ArrayFormatter.formatIssueSync(issue).map(({ path: inside, message }) => ({
    path: [...path, ...inside].map(String).join("."),
    depth: path.length + inside.length,
    message: shortened(message),
  }))

const shortened = (message: string): string => {
  const plain = message.replaceAll(/(?:understudy\/)?(\w+) \(Encoded side\)/g, "$1")
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}...`
}

/** The member whose issues lie deepest, and of those the one with the fewest. */
const nearest = (members: ReadonlyArray<ReadonlyArray<Found>>): ReadonlyArray<Found> =>
  Arr.sort(members, Order.combine(byDepth, byCount))[0] ?? []

const depthOf = (member: ReadonlyArray<Found>) => Math.max(0, ...member.map(({ depth }) => depth))
const byDepth = Order.reverse(Order.mapInput(Order.number, depthOf))
const byCount = Order.mapInput(Order.number, (member: ReadonlyArray<Found>) => member.length)

const absent = /^Expected (undefined|null),/

/** Of a message, in characters: a whole value may stand in it. */
const longest = 300

const listed = <A>(value: A | ReadonlyArray<A>): ReadonlyArray<A> => (Array.isArray(value) ? value : [value as A])
