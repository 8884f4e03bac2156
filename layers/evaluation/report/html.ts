/** HTML by template: whatever is put in is escaped, unless it is HTML made here. */

export interface Html {
  readonly html: string
}

type Value = string | number | Html | ReadonlyArray<Value> | undefined

export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Html => ({
  html: strings.reduce((text, part, i) => `${text}${render(values[i - 1])}${part}`),
})

/** Text that is HTML already, from a source that escapes. */
export const trusted = (text: string): Html => ({ html: text })

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

const render = (value: Value): string => {
  if (value === undefined) return ""
  if (typeof value === "string") return escapeHtml(value)
  if (typeof value === "number") return String(value)
  return "html" in value ? value.html : value.map(render).join("")
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}
