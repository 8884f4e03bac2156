/** The browser of transcripts: filters, the list of what they leave, and the conversation that is chosen. */
import { decimal, el, facts, whole } from "./dom.js"
import { filterTalks, summary } from "./filterTalks.js"
import { talksHash } from "./route.js"
import { mostShown, talkList } from "./talkList.js"
import { nameOf, talkView } from "./talkView.js"
import { loadIndex, loadTalk } from "./transcripts.js"

/**
 * @param {HTMLElement} place
 * @returns {Promise<(filter: Record<string, string>) => void>} shows what a filter leaves
 */
export const talkBrowser = async (place) => {
  if (facts.transcripts === null) {
    place.replaceChildren(
      note("This report was written without its transcripts. Write it again with `understudy report`."),
    )
    return () => undefined
  }
  place.replaceChildren(note("Loading the index of the transcripts ..."))
  /** @type {import("./types.ts").TalkIndex} */
  let index
  try {
    index = await loadIndex()
  } catch (error) {
    place.replaceChildren(
      note(
        `${message(error)}. The transcripts lie in a folder of that name beside this page: keep them together, or write the report again.`,
      ),
    )
    throw error
  }
  if (index.stamp !== facts.transcripts.stamp) {
    place.replaceChildren(
      note("The folder of transcripts beside this page belongs to another report. Write the report again."),
    )
    return () => undefined
  }
  return browse(place, index)
}

/** @param {string} words */
const note = (words) => el("p", { role: "status", class: "caveat" }, words)
/** @param {unknown} error */
const message = (error) => (error instanceof Error ? error.message : String(error))

/** @param {HTMLElement} place @param {import("./types.ts").TalkIndex} index */
const browse = (place, index) => {
  const { columns, groups } = index
  /** @type {Record<string, string>} */
  let filter = {}
  let asked = 0
  const count = el("p", { role: "status", class: "found" })
  const shown = el("div", { class: "shown" })
  const list = talkList({
    label: "Conversations",
    row: (row) => {
      const reward = columns.reward[row] ?? null
      const group = groups[columns.group[row] ?? 0]
      const failure = columns.failure[row] ?? -1
      const chip = el("b", { class: `reward${reward === null ? " none" : ""}` }, decimal(reward))
      if (reward !== null) chip.style.setProperty("--value", String(Math.min(1, Math.max(0, reward))))
      return [
        chip,
        el("span", { class: "opening" }, index.openings[columns.opening[row] ?? 0] ?? ""),
        el(
          "span",
          { class: "where" },
          `${group === undefined ? "" : nameOf(group, index.personas[columns.persona[row] ?? -1] ?? null)} · ${failure < 0 ? index.endings[columns.ending[row] ?? 0] : `failed, ${index.failures[failure]}`} · ${columns.turns[row]} messages`,
        ),
      ]
    },
    onSelect: (row) => {
      const mine = (asked += 1)
      history.replaceState(null, "", talksHash({ ...filter, talk: row }))
      loadTalk(index, row).then(
        (talk) => {
          const group = groups[columns.group[row] ?? 0]
          if (mine !== asked || group === undefined) return
          shown.replaceChildren(talkView(talk, group, columns.line[row] ?? 0))
          shown.scrollTop = 0
        },
        (error) => {
          if (mine === asked) shown.replaceChildren(note(`${message(error)}.`))
        },
      )
    },
  })
  const update = (/** @type {number | undefined} */ wanted) => {
    const rows = filterTalks(index, filter)
    const { mean, judged, missing, of } = summary(index, rows)
    count.textContent = `${whole(rows.length)} of ${whole(index.count)} conversations${judged === 0 ? "" : `, mean ${of} ${decimal(mean)} over ${whole(judged)}${missing === 0 ? "" : `, ${whole(missing)} without a verdict`}`}${rows.length > mostShown ? `; the first ${whole(mostShown)} are listed` : ""}`
    asked += 1
    if (rows.length === 0) {
      shown.replaceChildren(note("No conversation is like that."))
      history.replaceState(null, "", talksHash(filter))
    }
    list.show(rows, wanted)
  }
  const form = filterForm(index, (changed) => {
    filter = changed
    update(undefined)
  })
  place.replaceChildren(
    form.form,
    ...groups
      .filter(({ problem }) => problem !== null)
      .map(({ label, problem }) => note(`Not all transcripts of ${label} are here: ${problem}.`)),
    count,
    el("div", { class: "panes" }, list.list, shown),
  )
  return (/** @type {Record<string, string>} */ { talk, ...asks }) => {
    filter = asks
    form.set(asks)
    update(talk === undefined ? undefined : Number(talk))
    list.list.focus({ preventScroll: true })
  }
}

/** @param {import("./types.ts").TalkIndex} index @param {(filter: Record<string, string>) => void} onChange */
const filterForm = (index, onChange) => {
  const { groups } = index
  /** @param {(group: import("./types.ts").TalkIndex["groups"][number]) => string | number | null} of */
  const known = (of) => [...new Set(groups.map(of).filter((value) => value !== null))].map(String)
  const fields = [
    choice(
      "kind",
      "Kind",
      known(({ kind }) => kind),
    ),
    choice(
      "assistant",
      "Assistant",
      known(({ assistant }) => assistant),
    ),
    choice(
      "simulator",
      "Simulator",
      known(({ simulator }) => simulator),
    ),
    choice("persona", "Persona", [...new Set([...known(({ persona }) => persona), ...index.personas])]),
    choice(
      "iteration",
      "Iteration",
      known(({ iteration }) => iteration),
    ),
    choice("category", "Category", [...new Set(index.tags.flatMap(([, ...categories]) => categories))]),
    choice("tag", "Tag", [...new Set(index.tags.flatMap(([primary]) => primary ?? []))]),
    choice("ending", "Ending", index.endings),
    choice("failure", "Failure", index.failures.length === 0 ? [] : ["any", ...index.failures]),
    choice("verdict", "Verdict", index.columns.reward.includes(null) ? ["given", "missing"] : []),
    number("least", "Reward from"),
    number("most", "to"),
    el("label", {}, "Opening or prompt has", el("input", { type: "search", name: "words", autocomplete: "off" })),
    choice("sort", "Order", ["lowest", "highest"], "as drawn"),
  ].filter((field) => field !== null)
  const form = /** @type {HTMLFormElement} */ (
    el(
      "form",
      { class: "filters", "aria-label": "Filters", submit: (event) => event.preventDefault() },
      ...fields,
      el("button", { type: "reset" }, "Clear"),
    )
  )
  const read = () => {
    const given = [...new FormData(form)]
      .map(([name, value]) => [name, String(value)])
      .filter(([, value]) => value !== "")
    onChange(Object.fromEntries(given))
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon
  form.addEventListener("input", () => {
    clearTimeout(soon)
    soon = setTimeout(read, 120)
  })
  form.addEventListener("reset", () => setTimeout(read, 0))
  return {
    form,
    /** @param {Record<string, string>} filter */
    set: (filter) => {
      for (const field of form.querySelectorAll("select, input")) {
        const input = /** @type {HTMLInputElement} */ (field)
        input.value = filter[input.name] ?? ""
      }
    },
  }
}

/** None where there is nothing to choose between. @param {string} name @param {string} label @param {ReadonlyArray<string>} values @param {string} [all] */
const choice = (name, label, values, all = "all") =>
  values.length < 2 && all === "all"
    ? null
    : el(
        "label",
        {},
        label,
        el(
          "select",
          { name },
          el("option", { value: "" }, all),
          ...values.map((value) => el("option", { value }, value)),
        ),
      )

/** @param {string} name @param {string} label */
const number = (name, label) =>
  el("label", { class: "short" }, label, el("input", { type: "number", name, step: "any" }))
