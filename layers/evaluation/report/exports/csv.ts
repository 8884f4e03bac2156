/** Comma-separated values (RFC 4180), safe to open in a spreadsheet. */

export type Value = string | number | boolean | null

/** What is unknown is an empty field. */
export const csv = (columns: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<Value>>): string =>
  [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("")

const field = (value: Value): string => {
  if (value === null) return ""
  if (typeof value !== "string") return String(value)
  // A spreadsheet takes what begins like this for a formula, unless it is a number.
  const text = /^[=@\t\r]|^[+-](?![\d.∞]*(\s|$))/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
