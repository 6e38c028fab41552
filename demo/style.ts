/** The look of the pages: the system's fonts, light or dark as the visitor has it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f5f1, #16181c); --card: light-dark(#fff, #1f2228);
  --text: light-dark(#1c1f24, #e8e6e1); --quiet: light-dark(#5c626b, #a3a8b0);
  --line: light-dark(#dcd9d1, #363b44); --accent: light-dark(#0b5f52, #6fd6bf); --on-accent: light-dark(#fff, #0d1f1b);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.25rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: baseline; justify-content: space-between; margin-bottom: 1.25rem; }
nav { display: flex; gap: 1.25rem; }
.brand { font-weight: 700; font-size: 1.1rem; color: var(--text); text-decoration: none; }
a { color: var(--accent); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
.line { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
button, input { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; background: var(--ground); }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.cart { margin: 0 0 1rem; padding: 0; list-style: none; }
.cart li { display: flex; justify-content: space-between; max-width: 20rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
.quiet, .note { color: var(--quiet); }
.note { font-size: .875rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { padding: .5rem .9rem; text-align: left; vertical-align: top; font-weight: inherit; white-space: nowrap; }
thead th { color: var(--quiet); }
tbody { border-top: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .92em ui-monospace, monospace; }
.card > :last-child { margin-bottom: 0; }
@media (max-width: 40rem) { th, td { padding: .45rem .5rem; } .card { padding: 1.1rem; } }
footer { margin-top: 1.5rem; }
`;
