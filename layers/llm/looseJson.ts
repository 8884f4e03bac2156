/** JSON as language models write it: after their thoughts, inside a fence, with single quotes, or cut off. */
import { jsonrepair } from "jsonrepair"

/**
 * The value of the outermost object or array of a text, mended where that is possible; undefined where there is none.
 * Thoughts (`<think>` to `</think>`, or all before a lone `</think>`) are not looked into.
 */
export const looseJson = (text: string): unknown => {
  const said = withoutThoughts(text)
  const start = said.search(/[{[]/)
  if (start < 0) return undefined
  const end = said.lastIndexOf(said[start] === "{" ? "}" : "]")
  const candidate = end > start ? said.slice(start, end + 1) : said.slice(start)
  return parsed(candidate) ?? parsed(repaired(candidate))
}

/** The text without what a reasoning model thinks aloud. An unclosed thought is all there is: nothing is left of it. */
export const withoutThoughts = (text: string): string =>
  text
    .replaceAll(/<think>[\s\S]*?<\/think>/g, "")
    .replace(/^[\s\S]*<\/think>/, "")
    .replace(/<think>[\s\S]*$/, "")
    .trim()

const parsed = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const repaired = (text: string): string | undefined => {
  try {
    return jsonrepair(text)
  } catch {
    return undefined
  }
}
