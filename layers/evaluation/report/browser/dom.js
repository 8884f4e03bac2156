/** Elements from words. What is put in is text, never HTML. */

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} attributes functions are listeners; null and false are left out
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value)
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value === true ? "" : String(value))
  }
  fill(made, ...children)
  return made
}

/** Puts these in place of what is there. @param {Element} element @param {...(Node | string | null | undefined)} children */
export const fill = (element, ...children) =>
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined))

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** A command that a person can copy at one click. @param {string} words */
export const command = (words) => el("code", { class: "command" }, words)

/** @param {number} value */
export const whole = (value) => value.toLocaleString("en-US")

/** As the report has numbers: unknown ones are a dash. @param {number | null | undefined} value @param {number} digits */
export const decimal = (value, digits = 2) =>
  value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−")

/** What the page was given with it. @type {import("./types.ts").PageFacts} */
export const facts = JSON.parse(byId("facts").textContent ?? "{}")
