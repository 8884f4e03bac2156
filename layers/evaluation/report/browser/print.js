/** On paper nothing can be unfolded: tables are open there. Conversations stay as they are. */
export const startPrint = () => {
  /** @type {Array<HTMLDetailsElement>} */
  let opened = []
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not(.cell):not([open])")].map(
      (one) => /** @type {HTMLDetailsElement} */ (one),
    )
    for (const details of opened) details.open = true
  })
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false
  })
}
