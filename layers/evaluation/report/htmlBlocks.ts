/** The parts of a report that look like more than text. */
import { html } from "./html.ts"
import type { Html } from "./html.ts"
import { decimal, signed, signedInterval } from "./numbers.ts"
import type { Sample } from "./ReportData.ts"
import type { Block, MatrixCell, Source, Table, TalkFilter } from "./Section.ts"

type Of<K extends Block["kind"]> = Extract<Block, { readonly kind: K }>

/** Where a source stands in the page's list of them. */
type PlaceOf = (source: Source) => number

/** A number that tells where it comes from. Only the first one of a table is a stop of the Tab key. */
const number = (
  shown: string,
  { stop, talks, place }: { stop: boolean; talks?: TalkFilter | undefined; place?: string },
) =>
  html`<button
    type="button"
    class="n"
    aria-haspopup="dialog"
    tabindex="${stop ? 0 : -1}"
    ${talks === undefined ? "" : html` data-talks="${JSON.stringify(talks)}"`}${place === undefined ? "" : html` data-place="${place}"`}
  >
    ${shown}
  </button>`

/** Numbers of rows without a source are from `otherwise`. */
export const tableOf = (
  { caption, columns, rows, folded, sources, cellSources }: Table,
  placeOf: PlaceOf,
  otherwise: Source,
): Html => {
  const style = (i: number) => (columns[i]?.numeric ? "number" : "")
  let stops = 0
  const value = (text: string, i: number) =>
    columns[i]?.numeric && text !== "" && text !== "–"
      ? number(text, { stop: (stops += 1) === 1, talks: columns[i].talks })
      : text
  const cell = (text: string, row: number, i: number) => {
    const own = cellSources?.[row]?.[i]
    return own === undefined
      ? html`<td class="${style(i)}">${value(text, i)}</td>`
      : html`<td class="${style(i)}" data-source="${placeOf(own)}">${value(text, i)}</td>`
  }
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ name }, i) => html`<th scope="col" class="${style(i)}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name = "", ...values], row) =>
            html` <tr data-source="${placeOf(sources?.[row] ?? otherwise)}">
              <th scope="row">${name}</th>
              ${values.map((text, i) => cell(text, row, i + 1))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
  return folded
    ? html`<details>
        <summary>${caption}</summary>
        ${table}
      </details>`
    : table
}

export const findingCards = ({ findings }: Of<"findings">, placeOf: PlaceOf): Html =>
  html`<div class="findings">
    ${findings.map(
      ({ title, tone, verdict, gain, interval, where, others, source }) =>
        html` <article class="finding ${tone}">
          <h3>${title}</h3>
          <p class="gain" data-source="${placeOf(source)}">
            ${number(gain, { stop: true, place: `${title}: gain in reward with ${where}` })} <small>${interval}</small>
          </p>
          <p>${verdict}</p>
          <p class="where">with ${where}</p>
          ${
            others.length === 0
              ? ""
              : html`<dl>
                  ${others.map(
                    ({ where, gain, source }) =>
                      html`<dt>${where}</dt>
                        <dd data-source="${placeOf(source)}">
                          ${number(`${signed(gain.mean)} ${signedInterval(gain)}`, { stop: true, place: `${title}: gain in reward with ${where}` })}
                        </dd>`,
                  )}
                </dl>`
          }
        </article>`,
    )}
  </div>`

export const matrixGrid = ({ columns, rows }: Of<"matrix">, placeOf: PlaceOf): Html => {
  let stops = 0
  const cellOf = (cell: MatrixCell | undefined): Html => {
    if (cell === undefined) return html`<td class="none">–</td>`
    const { value, mean, interval, gain, count, own, source, gainSource } = cell
    return html`<td${own ? html` class="own"` : ""} data-source="${placeOf(source)}" style="--value: ${Math.min(Math.max(value ?? 0, 0), 1).toFixed(3)}">
      <span class="mean">${mean === "–" ? mean : number(mean, { stop: (stops += 1) === 1 })}</span>
      <span class="interval">${interval}</span>
      ${gain === "" || gainSource === undefined ? "" : html`<span class="change" data-source="${placeOf(gainSource)}">gain ${number(gain, { stop: false })}</span>`}
      <span class="count">${count}${own ? ", own simulator" : ""}</span>
    </td>`
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Mean reward on held-out prompts">
    <table class="matrix">
      <caption>
        Mean reward on held-out prompts: assistants in rows, simulators in columns.
        <span class="scale" role="img" aria-label="Darker is more, from 0 to 1"
          ><span>0</span><i></i><span>1</span></span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">assistant</th>
          ${columns.map(
            ({ simulator, persona, heldOut }) =>
              html`<th scope="col">
                ${simulator}<br /><span class="where">as ${persona}</span
                >${heldOut ? html` <span class="tag">held out</span>` : ""}
              </th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, cells }) =>
            html` <tr>
              <th scope="row">${name}</th>
              ${cells.map(cellOf)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

export const chartFigure = ({ alt }: Of<"chart">, svg: Html): Html =>
  html`<figure role="img" aria-label="${alt}">${svg}</figure>`

/** One fold for each cell. */
export const sampleList = ({ samples }: Of<"samples">): Html => {
  const cells = new Map<string, ReadonlyArray<Sample>>()
  for (const sample of samples) {
    cells.set(sample.cell, [...(cells.get(sample.cell) ?? []), sample])
  }
  return html`${[...cells].map(
    ([name, found]) =>
      html`<details class="cell">
        <summary>${name}</summary>
        ${found.map(talk)}
      </details> `,
  )}`
}

/** One fold for each group. */
export const talkList = ({ groups }: Of<"talks">): Html =>
  html`${groups.map(
    ({ name, talks }) =>
      html`<details class="cell">
        <summary>${name}</summary>
        ${talks.map(
          ({ about, messages }) =>
            html`<div class="talk">
              <p class="where">${about}</p>
              ${turns(messages)}
            </div>`,
        )}
      </details> `,
  )}`

const turns = (messages: Sample["messages"]) =>
  messages.map(({ role, content }) => html`<div class="turn ${role}"><b>${role}</b><span>${content}</span></div>`)

const toneOf = (passed: boolean | null) => (passed === null ? "missing" : passed ? "passed" : "failed")
const markOf = { passed: "✓", failed: "✗", missing: "?" } as const

const talk = ({ prompt, messages, ending, reward, measures, checks, failure }: Sample): Html =>
  html`<div class="talk">
    <p class="where">
      prompt ${prompt} · reward ${decimal(reward)} · ended by
      ${ending}${failure === null ? "" : ` · failed: ${failure.reason}`}
    </p>
    ${turns(messages)}
    ${checks.length === 0 ? "" : html`<p class="checks">${checks.map(({ check, passed, reason }) => html`<span class="${toneOf(passed)}">${markOf[toneOf(passed)]} ${check}</span> ${reason}<br />`)}</p>`}
    <p class="checks">
      ${Object.entries(measures)
        .map(([name, value]) => `${name} ${decimal(value)}`)
        .join(" · ")}
    </p>
  </div>`
