/** The part of the address behind `#`: a section of the report, or the transcripts with what they are filtered by. */

const name = "transcripts"

/** @param {Record<string, string | number>} filter */
export const talksHash = (filter) => {
  const words = new URLSearchParams(Object.entries(filter).map(([key, value]) => [key, String(value)])).toString()
  return words === "" ? `#${name}` : `#${name}?${words}`
}

/** What the transcripts are filtered by; undefined where the report is shown. @returns {Record<string, string> | undefined} */
export const talksRoute = () => {
  const [first, words] = location.hash.slice(1).split("?")
  return first === name ? Object.fromEntries(new URLSearchParams(words ?? "")) : undefined
}
