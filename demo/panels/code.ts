import { html, Html } from '../html';
import { callsInWords } from './time-line';
import type { RequestRecord } from '../lab/browser';
import type { Panel } from '../lab/laboratory';
import { SOURCES, sourceLines } from '../lab/static-files';

/** Panel 7: the lines that ran, with the calls that each caused, and what was deployed. */
export const code: Panel = {
  id: 'code',
  title: 'The code beside it',
  show: ({ template, lambda }, { requests }) => {
    const record = requests.slice(0, 2).find(({ method }) => method === 'POST') ?? requests[0];
    return html`${record ? handlerLines(record) : undefined}
<p class="quiet">All of it: ${Object.keys(SOURCES).map((name, index) => html`${index > 0 && ', '}<a href="/lab/code/${name}">${name}</a>`)}.</p>
<details id="stack"><summary>The stack: the table and its grant</summary>${listing(stackLines())}</details>
<details id="policy"><summary>The policy of the function’s role, from the synthesised template</summary><pre tabindex="0">${JSON.stringify(template.policy(), undefined, 2)}</pre></details>
<details id="variables"><summary>The environment of the function</summary><pre tabindex="0">${JSON.stringify(lambda.variables, undefined, 2)}</pre></details>`;
  },
};

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The route that the request took, as the source has it. */
function handlerLines(record: RequestRecord): Html {
  const { method, path, calls } = record;
  const lines = routeLines(`${method === 'HEAD' ? 'GET' : method} ${path}`);
  if (lines.length === 0) return html`<p>No route ran for <b>${method}</b> ${path}.</p>`;
  const numbers = new Set(lines.map(({ number }) => number));
  const shown = [...linesBefore(calls.map(({ line }) => line).filter((line) => line > 0 && !numbers.has(line))), ...lines];
  const commit = calls.filter(({ line }) => line === 0);
  return html`<p>What ran for <b>${method}</b> ${path}, and the calls of each line:</p>
${listing(shown, (number) => calls.filter(({ line }) => line === number))}
<p>${commit.length === 0 ? 'After the handler returned, the commit had nothing to write.' : html`After the handler returned, the commit made <b class="caused">${callsInWords(commit)}</b>.`}</p>`;
}

function listing(lines: readonly Line[], callsOf: (number: number) => RequestRecord['calls'] = () => []): Html {
  return html`<pre class="listing" tabindex="0">${lines.map(({ number, text }) => {
    const calls = callsOf(number);
    return html`<span class="number">${String(number).padStart(3)}</span> ${text}
${calls.length > 0 && html`    <b class="caused">↳ ${callsInWords(calls)}</b>
`}`;
  })}</pre>`;
}

function routeLines(route: string): Line[] {
  const all = numbered('handler.ts');
  const first = all.findIndex(({ text }) => text.startsWith(`  '${route}':`));
  if (first < 0) return [];
  const length = all.slice(first).findIndex(({ text }) => /^ {2}\},?$/.test(text) || (text.startsWith("  '") && text.endsWith(','))) + 1;
  return all.slice(first, first + length);
}

/** Lines outside the route that made calls: the check of forms opens the session first. */
function linesBefore(numbers: readonly number[]): Line[] {
  const all = numbered('handler.ts');
  return [...new Set(numbers)].sort((one, other) => one - other).flatMap((number) => all.slice(number - 1, number));
}

function stackLines(): Line[] {
  const all = numbered('app.ts');
  const first = all.findIndex(({ text }) => text.includes('new SessionTable'));
  const last = all.findIndex(({ text }) => text.includes('new CfnOutput'));
  return all.slice(first, last + 1);
}

function numbered(name: string): Line[] {
  return sourceLines(name).map((text, index) => ({ number: index + 1, text }));
}
