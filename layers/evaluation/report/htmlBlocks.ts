/** The parts of a report that look like more than text. */
import { html } from "./html.ts"
import type { Html } from "./html.ts"
import { decimal, signed, signedInterval } from "./numbers.ts"
import type { Sample } from "./ReportData.ts"
import type { Block, MatrixCell, Table } from "./Section.ts"

type Of<K extends Block["kind"]> = Extract<Block, { readonly kind: K }>

export const tableOf = ({ caption, columns, rows, folded }: Table): Html => {
  const style = (i: number) => (columns[i]?.numeric ? "number" : "")
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
          ([name = "", ...values]) =>
            html` <tr>
              <th scope="row">${name}</th>
              ${values.map((value, i) => html`<td class="${style(i + 1)}">${value}</td>`)}
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

export const findingCards = ({ findings }: Of<"findings">): Html =>
  html`<div class="findings">
    ${findings.map(
      ({ title, tone, verdict, gain, interval, where, others }) =>
        html` <article class="finding ${tone}">
          <h3>${title}</h3>
          <p class="gain">${gain} <small>${interval}</small></p>
          <p>${verdict}</p>
          <p class="where">with ${where}</p>
          ${
            others.length === 0
              ? ""
              : html`<dl>
                  ${others.map(
                    ({ where, gain }) =>
                      html`<dt>${where}</dt>
                        <dd>${signed(gain.mean)} ${signedInterval(gain)}</dd>`,
                  )}
                </dl>`
          }
        </article>`,
    )}
  </div>`

export const matrixGrid = ({ columns, rows }: Of<"matrix">): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Rewards">
    <table class="matrix">
      <caption>
        Mean reward on held-out prompts: assistants in rows, simulators in columns
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
              ${cells.map(matrixCell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const matrixCell = (cell: MatrixCell | undefined): Html => {
  if (cell === undefined) return html`<td style="--value: 0">–</td>`
  const { value, mean, interval, gain, count, own } = cell
  return html`<td style="--value: ${Math.min(Math.max(value ?? 0, 0), 1).toFixed(3)}">
    <span class="mean">${mean}</span> ${interval} ${gain === "" ? "" : html`<span class="change">gain ${gain}</span>`}
    <span class="count">${count}${own ? ", own simulator" : ""}</span>
  </td>`
}

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

const talk = ({ prompt, messages, ending, reward, measures, checks, failure }: Sample): Html =>
  html`<div class="talk">
    <p class="where">
      prompt ${prompt} · reward ${decimal(reward)} · ended by
      ${ending}${failure === null ? "" : ` · failed: ${failure.reason}`}
    </p>
    ${turns(messages)}
    ${checks.length === 0 ? "" : html`<p class="checks">${checks.map(({ check, passed, reason }) => html`<span class="${passed ? "passed" : "failed"}">${passed ? "✓" : "✗"} ${check}</span> ${reason}<br />`)}</p>`}
    <p class="checks">
      ${Object.entries(measures)
        .map(([name, value]) => `${name} ${decimal(value)}`)
        .join(" · ")}
    </p>
  </div>`
