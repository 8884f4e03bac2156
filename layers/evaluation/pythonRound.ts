/**
 * `round(value, digits)` of CPython, for figures that others rounded with it: to the nearest by the number's exact binary
 * value, and to the even digit where that is halfway, as 15.625 to 15.62. `toFixed` takes the larger one there.
 */
export const pythonRound = (value: number, digits: number): number => {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return value
  return Math.sign(value) * Number(halfEven(Math.abs(value), digits))
}

/** `f"{value:.2f}"` of CPython, with so many digits. */
export const pythonFixed = (value: number, digits: number): string =>
  `${value < 0 || Object.is(value, -0) ? "-" : ""}${halfEven(Math.abs(value), digits)}`

const halfEven = (value: number, digits: number): string => {
  const rounded = value.toFixed(digits)
  // A double that lies halfway has few digits, and these are all of them.
  const exact = value.toFixed(Math.min(100, digits + 60))
  const point = exact.length - Math.min(100, digits + 60)
  const halfway = /^50*$/.test(exact.slice(point + digits))
  const below = exact.slice(0, digits === 0 ? point - 1 : point + digits)
  return halfway && Number(below.at(-1)) % 2 === 0 ? below : rounded
}
