/** JSON as language models write it: after their thoughts, inside a fence, with single quotes, or cut off. */
import { jsonrepair } from "jsonrepair"

/**
 * The longest object or array in a text, mended where none can be read as it stands; undefined where there is none.
 * Thoughts (`<think>` to `</think>`, or all before a lone `</think>`) are not looked into.
 */
export const looseJson = (text: string): unknown => {
  const said = withoutThoughts(text)
  const start = said.search(/[{[]/)
  if (start < 0) return undefined
  const { closed, unclosed } = outermost(said)
  const found = closed.sort((a, b) => b.length - a.length)
  const all = said.slice(start, said.lastIndexOf(said[start] === "{" ? "}" : "]") + 1)
  return first(found, parsed) ?? first([...unclosed, all, ...found], mended)
}

/** The text without what a reasoning model thinks aloud. An unclosed thought is all there is: nothing is left of it. */
export const withoutThoughts = (text: string): string =>
  text
    .replaceAll(/<think>[\s\S]*?<\/think>/g, "")
    .replace(/^[\s\S]*<\/think>/, "")
    .replace(/<think>[\s\S]*$/, "")
    .trim()

const first = (texts: ReadonlyArray<string>, read: (text: string) => unknown): unknown => {
  for (const text of texts) {
    const value = read(text)
    if (value !== undefined) return value
  }
  return undefined
}

/**
 * Stretches from a bracket to the one that closes it, none inside another, and what is left open at the end. Brackets in
 * double quotes don't count.
 */
const outermost = (text: string) => {
  const closed: Array<string> = []
  const open: Array<string> = []
  let start = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (quoted) {
      if (character === "\\") i++
      else quoted = character !== '"'
    } else if (character === "{" || character === "[") {
      if (open.length === 0) start = i
      open.push(character === "{" ? "}" : "]")
    } else if (character === open.at(-1)) {
      open.pop()
      if (open.length === 0) closed.push(text.slice(start, i + 1))
    } else {
      // Quotes in the text around it mean nothing.
      quoted = character === '"' && open.length > 0
    }
  }
  return { closed, unclosed: open.length === 0 ? [] : [text.slice(start)] }
}

const parsed = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** An object with text behind it is mended into a list: then it was read wrongly. */
const mended = (text: string): unknown => {
  const value = parsed(repaired(text))
  return Array.isArray(value) === text.startsWith("[") ? value : undefined
}

const repaired = (text: string): string | undefined => {
  try {
    return jsonrepair(text)
  } catch {
    return undefined
  }
}
