/** The look of a report: one style sheet, for light and dark screens and for paper. */

const light = `
  --page: #fcfbf9; --card: #ffffff; --text: #1b1f23; --muted: #5d656e; --line: #dedad3; --soft: #f2efe9;
  --accent: #0f6b5c; --up: #0f6b5c; --down: #a8341f; --unclear: #6d5a1d;
  --series-1: #1f6fb2; --series-2: #c8571b; --series-3: #2f8f5b; --series-4: #8a4fb0;
  --series-5: #b58900; --series-6: #c23b6e; --series-7: #4b8f99; --series-8: #7a6a5a;
`
const dark = `
  --page: #14171a; --card: #1c2024; --text: #e7e9eb; --muted: #9aa3ac; --line: #343a40; --soft: #22272c;
  --accent: #5cc4ae; --up: #5cc4ae; --down: #f0896f; --unclear: #d9bf6a;
  --series-1: #6db3f2; --series-2: #f29a63; --series-3: #6fcf97; --series-4: #c39be0;
  --series-5: #e0b84c; --series-6: #f08bb0; --series-7: #83c6cf; --series-8: #bba896;
`

/** The colours of light screens, for pictures that stand alone. */
export const lightColours: ReadonlyMap<string, string> = new Map(
  [...light.matchAll(/--([\w-]+): (#\w+);/g)].map(([, name = "", value = ""]) => [name, value]),
)

export const style = `
:root { color-scheme: light; ${light} }
@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; ${dark} } }
@media screen { :root[data-theme="dark"] { color-scheme: dark; ${dark} } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 12px; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
header, footer, .page, #transcripts { max-width: 1280px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 40px; }
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Georgia, "Liberation Serif", serif; text-wrap: balance; }
h1 { font-size: 2.1rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 12px; }
.subtitle { color: var(--muted); margin: 0 0 12px; max-width: 90ch; overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin: 0; padding: 10px 0; border-block: 1px solid var(--line); font-size: 0.9rem; }
#theme { margin-left: auto; }
#live { margin: 10px 0 0; padding: 8px 12px; background: var(--soft); border-radius: 6px; font-size: 0.9rem; }
#live:empty { display: none; }
a { color: var(--accent); text-underline-offset: 3px; text-decoration-thickness: 1px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--card); padding: 6px 12px; z-index: 2; }
button, select, input { font: inherit; color: inherit; }
button:not(.n), select, input { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; font-size: 0.875rem; }
button { cursor: pointer; }
button:not(.n):hover { border-color: var(--accent); }
.page { display: grid; grid-template-columns: 190px minmax(0, 1fr); gap: 0 44px; }
.page:focus { outline: none; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 34px 0; font-size: 0.875rem; }
nav ol { list-style: none; margin: 0; padding: 0; border-left: 1px solid var(--line); }
nav li { margin: 0; }
nav a { display: block; padding: 4px 0 4px 14px; text-decoration: none; color: var(--muted); line-height: 1.35; }
nav a:hover, nav a:focus-visible { color: var(--accent); }
section { margin: 34px 0 46px; }
main section > p { max-width: 74ch; margin: 10px 0; }
main ul { padding-left: 1.2em; max-width: 74ch; }
li { margin: 4px 0; }
.findings { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 16px; }
.finding { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: 8px; padding: 16px 20px 14px; }
.up { --tone: var(--up); } .down { --tone: var(--down); } .unclear { --tone: var(--unclear); }
.finding h3 { font-size: 1rem; margin: 0; }
.finding .gain { font-size: 2.3rem; font-weight: 650; line-height: 1.15; color: var(--tone); font-variant-numeric: tabular-nums; }
.finding .gain small { font-size: 1rem; font-weight: 400; color: var(--muted); margin-left: 6px; white-space: nowrap; }
.finding p { margin: 2px 0; }
.where, .count { color: var(--muted); font-size: 0.875rem; }
.finding dl { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; margin: 10px 0 0; padding-top: 10px; border-top: 1px solid var(--line); font-size: 0.875rem; }
.finding dd { margin: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
.caveat { border-left: 3px solid var(--unclear); padding: 2px 0 2px 12px; }
.n { all: unset; cursor: pointer; }
.n:hover { text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 4px; }
.n:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.scroll { overflow-x: auto; margin: 14px 0 18px; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; border-top: 2px solid var(--text); border-bottom: 1px solid var(--text); }
caption { text-align: left; color: var(--muted); padding-bottom: 8px; font-size: 0.875rem; }
th, td { text-align: left; padding: 6px 16px 6px 0; vertical-align: top; overflow-wrap: anywhere; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; overflow-wrap: normal; border-bottom: 1px solid var(--text); }
th { font-weight: 600; }
tbody th { overflow-wrap: break-word; }
tbody td:not(.number) { min-width: 7em; }
.number { text-align: right; white-space: nowrap; padding-inline: 14px 0; }
thead .number { white-space: normal; max-width: 9em; }
table.matrix { width: 100%; border: 0; border-collapse: separate; border-spacing: 3px; }
.matrix thead th, .matrix tbody th, .matrix tbody td { border: 0; }
.matrix td { background: color-mix(in srgb, var(--series-1) calc(6% + var(--value, 0) * 52%), var(--page)); border-radius: 6px; min-width: 150px; padding: 8px 12px; }
.matrix td.own { box-shadow: inset 0 0 0 2px var(--series-1); }
.matrix td.none { background: var(--soft); }
.matrix tbody th { padding-top: 10px; max-width: 13em; }
.matrix thead th { padding-inline: 12px; }
.matrix thead th:first-child { padding-left: 0; }
.matrix .mean { font-size: 1.3rem; font-weight: 650; }
.matrix .change, .matrix .count { display: block; font-size: 0.85rem; }
.matrix td .count { color: inherit; opacity: 0.8; }
.scale { display: inline-flex; align-items: center; gap: 6px; margin-left: 10px; white-space: nowrap; }
.scale i { width: 90px; height: 10px; border-radius: 3px; background: linear-gradient(to right, color-mix(in srgb, var(--series-1) 6%, var(--page)), color-mix(in srgb, var(--series-1) 58%, var(--page))); }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 7px; font-size: 0.72rem; color: var(--muted); font-weight: 500; white-space: nowrap; }
figure { margin: 20px 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; display: block; }
details { margin: 8px 0; }
summary { cursor: pointer; padding: 6px 0; }
main details > summary { color: var(--accent); }
details.cell { border: 1px solid var(--line); border-radius: 8px; padding: 4px 16px; background: var(--card); }
details.cell > summary { color: inherit; }
.talk { border-top: 1px solid var(--line); padding: 10px 0 14px; }
.turn { display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 12px; margin: 8px 0; }
.turn > b { color: var(--muted); font-weight: 500; font-size: 0.875rem; }
.turn span { white-space: pre-wrap; overflow-wrap: anywhere; }
.turn > :last-child { border-left: 3px solid var(--line); padding-left: 12px; }
.turn.assistant > :last-child { border-color: var(--series-1); }
.turn summary { color: var(--muted); font-size: 0.8rem; padding: 2px 0; }
.checks { font-size: 0.875rem; color: var(--muted); margin: 6px 0 0; }
ul.checks { list-style: none; padding: 0; margin: 12px 0; }
.checks b { font-weight: 600; }
.passed { color: var(--up); } .failed { color: var(--down); }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; font-size: 0.875rem; margin: 8px 0; }
dl.facts dt { color: var(--muted); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
code { font: 0.85em/1.5 ui-monospace, "SF Mono", "Liberation Mono", monospace; }
.command { user-select: all; background: var(--soft); border-radius: 4px; padding: 1px 6px; overflow-wrap: anywhere; }
dialog { max-width: min(640px, calc(100vw - 32px)); width: 100%; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 22px 26px; box-shadow: 0 12px 40px rgb(0 0 0 / 0.25); }
dialog::backdrop { background: rgb(0 0 0 / 0.35); }
dialog h2 { font-size: 1.7rem; margin: 0; }
dialog p { margin: 8px 0; }
dialog dl { font-size: 0.875rem; border-top: 1px solid var(--line); margin: 12px 0 0; padding-top: 10px; }
dialog dt { color: var(--muted); }
dialog dd { margin: 0 0 6px; overflow-wrap: anywhere; font-family: ui-monospace, "SF Mono", "Liberation Mono", monospace; font-size: 0.8rem; }
dialog dl dt:first-child { color: var(--text); font-weight: 600; }
dialog form { margin-top: 14px; text-align: right; }
.primary { display: inline-block; background: var(--accent); color: var(--card); padding: 6px 14px; border-radius: 6px; text-decoration: none; font-weight: 600; font-size: 0.9rem; }
#transcripts { margin: 24px auto 40px; }
.filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: end; padding: 12px 14px; background: var(--soft); border-radius: 8px; }
.filters label { display: grid; gap: 2px; font-size: 0.78rem; color: var(--muted); }
.filters select, .filters input { min-width: 7.5em; max-width: 17em; color: var(--text); }
.filters .short input { min-width: 0; width: 5.5em; }
.found { margin: 12px 0 8px; font-variant-numeric: tabular-nums; }
.panes { display: grid; grid-template-columns: minmax(300px, 5fr) 7fr; gap: 18px; height: calc(100vh - 60px); min-height: 420px; }
.talk-list, .shown { overflow: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
.rows { position: relative; }
.talk-row { position: absolute; inset-inline: 0; height: 54px; display: grid; grid-template: "reward opening" 1fr "reward where" 1fr / 52px minmax(0, 1fr); gap: 0 12px; padding: 6px 12px; border-bottom: 1px solid var(--line); cursor: pointer; align-items: center; }
.talk-row > * { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.talk-row .opening { grid-area: opening; }
.talk-row .where { grid-area: where; font-size: 0.78rem; }
.talk-row .reward { grid-area: reward; text-align: center; font-size: 0.85rem; padding: 5px 0; border-radius: 6px; font-variant-numeric: tabular-nums; background: color-mix(in srgb, var(--series-1) calc(6% + var(--value, 0) * 52%), var(--card)); }
.talk-row .reward.none { background: none; border: 1px dashed var(--muted); }
.talk-row:hover { background: var(--soft); }
.talk-row[aria-selected="true"] { background: color-mix(in srgb, var(--accent) 14%, var(--card)); box-shadow: inset 3px 0 var(--accent); }
.shown { padding: 16px 22px; }
.shown h3 { margin: 0 0 6px; font-size: 1.05rem; }
footer { color: var(--muted); font-size: 0.875rem; padding-block: 8px 40px; }
@media (max-width: 980px) { .page { grid-template-columns: minmax(0, 1fr); } nav { position: static; padding: 14px 0 0; } nav ol { display: flex; flex-wrap: wrap; gap: 0 14px; border: 0; } nav a { padding: 3px 0; } }
@media (max-width: 760px) { .panes { grid-template-columns: 1fr; height: auto; } .talk-list { height: 45vh; } }
@media (max-width: 560px) { .turn { grid-template-columns: 1fr; gap: 0; } header, footer, .page, #transcripts { padding-inline: 14px; } }
@media print {
  nav, .tools, .skip, #live, #transcripts, dialog { display: none !important; }
  #report { display: block !important; }
  body { background: none; font-size: 10.5pt; }
  header, footer, .page { max-width: none; padding: 0; }
  .scroll, figure { overflow: visible; }
  figure, tr, .finding { break-inside: avoid; }
  h2, caption { break-after: avoid; }
  * { print-color-adjust: exact; }
  @page { margin: 16mm; }
}
`
