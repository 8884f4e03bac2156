/** How long a server asks to be left alone. */

/** In milliseconds, from `retry-after-ms` or `retry-after` (seconds, or a date; `now` is in milliseconds since 1970). */
export const retryAfterOf = (header: (name: string) => string | null | undefined, now: number): number | undefined => {
  const millis = Number(header("retry-after-ms") ?? Number.NaN)
  if (millis >= 0) return millis
  const after = header("retry-after")
  if (after === null || after === undefined || after === "") return undefined
  const wait = Number.isNaN(Number(after)) ? Date.parse(after) - now : Number(after) * 1000
  return wait >= 0 ? wait : undefined
}
