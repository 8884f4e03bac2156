/**
 * `str.strip()` of CPython: its white space is not JavaScript's. U+001C to U+001F and U+0085 go, U+FEFF stays. What
 * others prepared with Python is only prepared alike with this.
 */
export const pythonStrip = (text: string): string => text.replace(leading, "").replace(trailing, "")

const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
const leading = new RegExp(`^${space}+`)
// From the end on: a search for trailing space from the start is quadratic in long runs of it.
const trailing = new RegExp(`(?<!${space})${space}+$`)
