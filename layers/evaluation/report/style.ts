/** The look of a report: one style sheet, for light and dark screens and for paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --text: #1d2125; --muted: #626a73; --line: #dfdcd6;
  --accent: #0f6b5c; --up: #0f6b5c; --down: #a8341f; --unclear: #6d5a1d;
  --series-1: #1f6fb2; --series-2: #c8571b; --series-3: #2f8f5b; --series-4: #8a4fb0;
  --series-5: #b58900; --series-6: #c23b6e; --series-7: #4b8f99; --series-8: #7a6a5a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1c2024; --text: #e7e9eb; --muted: #9aa3ac; --line: #343a40;
    --accent: #5cc4ae; --up: #5cc4ae; --down: #f0896f; --unclear: #d9bf6a;
    --series-1: #6db3f2; --series-2: #f29a63; --series-3: #6fcf97; --series-4: #c39be0;
    --series-5: #e0b84c; --series-6: #f08bb0; --series-7: #83c6cf; --series-8: #bba896;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main, header, footer { max-width: 1040px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 36px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; margin: 0 0 12px; letter-spacing: -0.005em; }
.subtitle { color: var(--muted); margin: 0 0 14px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 0.875rem; padding: 10px 0; border-block: 1px solid var(--line); }
a { color: var(--accent); text-underline-offset: 3px; }
nav a { text-decoration: none; text-transform: capitalize; }
nav a:hover, nav a:focus-visible { text-decoration: underline; }
section { margin: 34px 0; scroll-margin-top: 12px; }
section > p { max-width: 76ch; margin: 10px 0; }
ul { padding-left: 1.2em; max-width: 76ch; }
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
.scroll { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 6px; font-size: 0.875rem; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; }
tbody th { overflow-wrap: break-word; }
tbody td:not(.number) { min-width: 7em; }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; overflow-wrap: normal; }
.number { text-align: right; white-space: nowrap; padding-inline: 14px 0; }
thead .number { white-space: normal; max-width: 9em; }
.matrix { width: 100%; }
.matrix td { background: color-mix(in srgb, var(--series-1) calc(var(--value) * 45%), transparent); border: 3px solid var(--page); border-radius: 6px; min-width: 130px; }
.matrix th { border-bottom: 0; }
.matrix td, .matrix thead th { padding-inline: 10px; }
.matrix .mean { font-size: 1.25rem; font-weight: 650; }
.matrix .change, .matrix .count { display: block; font-size: 0.85rem; white-space: nowrap; }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 7px; font-size: 0.72rem; color: var(--muted); font-weight: 500; white-space: nowrap; }
figure { margin: 18px 0; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; display: block; }
details { margin: 8px 0; }
details > summary { cursor: pointer; padding: 6px 0; }
details.cell { border: 1px solid var(--line); border-radius: 8px; padding: 4px 16px; background: var(--card); }
.talk { border-top: 1px solid var(--line); padding: 10px 0 14px; }
.turn { display: grid; grid-template-columns: 84px 1fr; gap: 12px; margin: 6px 0; }
.turn > b { color: var(--muted); font-weight: 500; font-size: 0.875rem; }
.turn > span { white-space: pre-wrap; overflow-wrap: anywhere; }
.turn.assistant > span { border-left: 3px solid var(--series-1); padding-left: 10px; }
.turn.user > span { border-left: 3px solid var(--line); padding-left: 10px; }
.checks { font-size: 0.875rem; color: var(--muted); margin: 6px 0 0; }
.passed { color: var(--up); } .failed { color: var(--down); }
footer { color: var(--muted); font-size: 0.875rem; padding-block: 8px 40px; }
@media (max-width: 560px) { .turn { grid-template-columns: 1fr; gap: 0; } main, header, footer { padding-inline: 14px; } }
@media print { nav { display: none; } body { background: none; } section { break-inside: avoid-page; } }
`
