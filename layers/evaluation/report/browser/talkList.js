/** A list of any length of which only what is seen is drawn. Arrow keys choose, as in a list box. */
import { el } from "./dom.js"

const rowHeight = 54
/** Browsers can't scroll over more pixels than some tens of millions. */
export const mostShown = 250_000

/**
 * @param {{ label: string, row: (row: number) => Array<Node | string>, onSelect: (row: number) => void }} options
 */
export const talkList = ({ label, row, onSelect }) => {
  /** @type {Uint32Array} */
  let rows = new Uint32Array(0)
  let chosen = -1
  const inner = el("div", { class: "rows", role: "presentation" })
  const list = el("div", { class: "talk-list", role: "listbox", tabindex: 0, "aria-label": label }, inner)

  const draw = () => {
    const length = Math.min(rows.length, mostShown)
    inner.style.height = `${length * rowHeight}px`
    const first = Math.max(0, Math.floor(list.scrollTop / rowHeight) - 6)
    const last = Math.min(length, Math.ceil((list.scrollTop + list.clientHeight) / rowHeight) + 6)
    const drawn = []
    for (let at = first; at < last; at += 1) {
      const option = el(
        "div",
        {
          class: "talk-row",
          role: "option",
          id: `talk-${at}`,
          "aria-selected": String(at === chosen),
          "aria-setsize": length,
          "aria-posinset": at + 1,
          click: () => choose(at),
        },
        ...row(rows[at] ?? 0),
      )
      option.style.top = `${at * rowHeight}px`
      drawn.push(option)
    }
    inner.replaceChildren(...drawn)
    if (chosen >= first && chosen < last) list.setAttribute("aria-activedescendant", `talk-${chosen}`)
    else list.removeAttribute("aria-activedescendant")
  }

  /** @param {number} at */
  const choose = (at) => {
    const length = Math.min(rows.length, mostShown)
    if (length === 0) return
    chosen = Math.max(0, Math.min(length - 1, at))
    const top = chosen * rowHeight
    if (top < list.scrollTop) list.scrollTop = top
    else if (top + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + rowHeight - list.clientHeight
    draw()
    onSelect(rows[chosen] ?? 0)
  }

  list.addEventListener("scroll", draw, { passive: true })
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight) - 1)
    const to = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    choose(to)
  })
  new ResizeObserver(draw).observe(list)
  return {
    list,
    /** Shows these; chooses the one that is asked for, else the first. @param {Uint32Array} found @param {number | undefined} wanted */
    show: (found, wanted) => {
      rows = found
      chosen = -1
      list.scrollTop = 0
      const at = wanted === undefined ? 0 : Math.max(0, rows.indexOf(wanted))
      draw()
      choose(at)
    },
    /** @param {number} by */
    move: (by) => choose(chosen + by),
  }
}
