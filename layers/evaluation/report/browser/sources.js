/** Where a number comes from: a dialog at each number with its steps, artifacts, commands, and the way to its conversations. */
import { byId, command, el, facts, fill, whole } from "./dom.js"
import { talksHash } from "./route.js"

export const startSources = () => {
  const dialog = /** @type {HTMLDialogElement} */ (byId("source"))
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.n") : null
    if (button instanceof HTMLElement) open(dialog, button)
    else if (event.target === dialog) dialog.close()
  })
  // Tab goes from table to table, arrows from number to number.
  document.addEventListener("keydown", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.n") : null
    const next = button instanceof HTMLElement ? neighbour(button, event.key) : undefined
    if (next === undefined || button === null) return
    event.preventDefault()
    button.setAttribute("tabindex", "-1")
    next.setAttribute("tabindex", "0")
    next.focus()
  })
}

/** @param {HTMLDialogElement} dialog @param {HTMLElement} button */
const open = (dialog, button) => {
  const index = button.closest("[data-source]")?.getAttribute("data-source")
  const source = facts.sources[Number(index)]
  if (source === undefined) return
  const narrower = button.dataset["talks"]
  const lists =
    source.talks === undefined || facts.transcripts === null ? [] : [source.talks, ...(source.otherTalks ?? [])]
  const close = () => dialog.close()
  fill(
    dialog,
    el("h2", { id: "source-title" }, button.dataset["shown"] ?? button.textContent ?? ""),
    el("p", { class: "where" }, placeOf(button)),
    ...lists.map((talks) =>
      el(
        "p",
        {},
        el(
          "a",
          {
            href: talksHash({ ...talks, ...(narrower === undefined ? {} : JSON.parse(narrower)) }),
            class: "primary",
            click: close,
          },
          `Read the conversations ${lists.length === 1 ? "under it" : `of ${talks.assistant}`}`,
        ),
      ),
    ),
    ...source.steps.map(step),
    source.command === undefined
      ? null
      : el("p", {}, "From the journal and the ledger of the home: ", command(source.command)),
    el(
      "p",
      { class: "where" },
      `Made by understudy ${facts.version}, experiment ${facts.experiment}. Add --home where the home isn't .understudy.`,
    ),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  )
  dialog.showModal()
}

/** @param {import("./types.ts").PageSource["steps"][number]} step */
const step = ({ label, id, transcripts }) =>
  el(
    "dl",
    {},
    el("dt", {}, label),
    el("dd", {}, id ?? "step unknown"),
    ...(transcripts.length === 0
      ? []
      : [
          el(
            "dt",
            {},
            transcripts.length === 1 ? "artifact, SHA-256" : `${whole(transcripts.length)} artifacts, SHA-256`,
          ),
          ...transcripts.slice(0, 3).map((hash) => el("dd", {}, hash)),
          ...(transcripts.length > 3 ? [el("dd", {}, `and ${whole(transcripts.length - 3)} more`)] : []),
        ]),
    ...(id === null
      ? []
      : [
          el("dt", {}, "command"),
          el("dd", {}, command(`understudy show ${id}${transcripts.length === 0 ? "" : " --transcript"}`)),
        ]),
  )

/** Row, column and table. @param {HTMLElement} button */
const placeOf = (button) => {
  if (button.dataset["place"] !== undefined) return button.dataset["place"]
  const cell = button.closest("td")
  const table = button.closest("table")
  const row = cell?.parentElement?.querySelector("th")
  const head = cell === null ? undefined : table?.tHead?.rows[0]?.cells[cell.cellIndex]
  return [row?.innerText, head?.innerText, table?.closest("[aria-label]")?.getAttribute("aria-label")]
    .map((part) => part?.replace(/\s+/g, " ").trim())
    .filter((part) => part)
    .join(" · ")
}

/** @param {HTMLElement} button @param {string} key */
const neighbour = (button, key) => {
  const cell = button.closest("td")
  const row = cell?.parentElement
  const table = button.closest("table")
  if (cell === null || !(row instanceof HTMLTableRowElement) || table === null) return undefined
  const down = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0
  const right = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0
  if (down === 0 && right === 0) return undefined
  let [y, x] = [row.rowIndex + down, cell.cellIndex + right]
  for (; y >= 0 && y < table.rows.length; y += down, x += right) {
    const there = table.rows[y]?.cells[x]
    if (there === undefined) return undefined
    const found = there.querySelector("button.n")
    if (found instanceof HTMLElement) return found
  }
  return undefined
}
