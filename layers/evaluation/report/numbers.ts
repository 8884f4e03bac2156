/** Numbers as a reader sees them. Unknown ones are a dash, never a zero. */

const dash = "–"

export const decimal = (value: number | null, digits = 2) => (value === null ? dash : minus(value.toFixed(digits)))

/** With its sign. */
export const signed = (value: number | null, digits = 2) => {
  if (value === null) return dash
  const text = value.toFixed(digits)
  return Number(text) > 0 ? `+${text}` : minus(Number(text) === 0 ? (0).toFixed(digits) : text)
}

/** To three significant digits, however small. */
export const significant = (value: number | null) => {
  if (value === null) return dash
  if (value === 0) return "0"
  return Math.abs(value) < 0.001 ? minus(value.toExponential(0)) : minus(String(Number(value.toPrecision(3))))
}

export const whole = (value: number) => minus(Math.round(value).toLocaleString("en-US"))

interface Interval {
  readonly low: number | null
  readonly high: number | null
}

export const interval = ({ low, high }: Interval) => (low === null ? "" : `[${decimal(low)}, ${decimal(high)}]`)

export const signedInterval = ({ low, high }: Interval) => (low === null ? "" : `[${signed(low)}, ${signed(high)}]`)

export const percent = (part: number, all: number) => (all === 0 ? dash : `${Math.round((100 * part) / all)}%`)

/** 75 -> "1 min 15 s". */
export const duration = (seconds: number) => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${decimal(seconds, 1)} s`
}

export const dollars = (value: number | null) => (value === null ? dash : value === 0 ? "$0" : `$${value.toFixed(4)}`)

const minus = (text: string) => text.replace("-", "−")
