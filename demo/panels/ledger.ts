import { html, Html } from '../html';
import type { Browser, RequestRecord } from '../lab/browser';
import type { DynamoCall } from '../lab/call-record';
import type { Panel } from '../lab/laboratory';
import { dollars, PRICE_PER_MILLION, pricePerMillion } from '../lab/price';

const LENGTH = 6;

/** Panel 8: the last requests of this browser, newest first, with what each cost. */
export const ledger: Panel = {
  id: 'ledger',
  title: 'What your last requests cost',
  show: (_, browser) => html`${priceBar(browser)}
<div class="scroll" role="region" aria-label="Table of requests" tabindex="0"><table>
<thead><tr>
<th scope="col">Request</th><th scope="col" class="number price">A million</th><th scope="col">DynamoDB call</th>
<th scope="col" class="number">Units</th><th scope="col" class="number">Time</th><th scope="col">Cookies set</th>
</tr></thead>
${browser.requests.slice(0, LENGTH).map(rowsOf)}
</table></div>
<p class="quiet">Newest first; the top one is this page. Units as the embedded engine counts them, list prices on demand in us-east-1:
$${PRICE_PER_MILLION.read} for a million read units, $${PRICE_PER_MILLION.write} for a million write units. A consistent read of up to
4 KB is one unit, an eventual one half a unit; a write of up to 1 KB is one unit, in a transaction two. The laboratory knows your browser by a
cookie of its own, which the function never sees.</p>`,
};

/** The price of the last form, or else of this page. It stays visible on a narrow screen. */
function priceBar({ requests }: Browser): Html {
  const form = requests.slice(0, 2).find(({ method }) => method === 'POST') ?? requests[0];
  if (!form) return html``;
  const { method, path, calls } = form;
  return html`<p class="price-bar"><span><b>${method}</b> ${path}</span> <span>${calls.length === 1 ? '1 call' : `${calls.length} calls`}</span>
<b>${dollars(pricePerMillion(calls))} a million</b></p>`;
}

function rowsOf({ method, path, status, setCookie, calls, duration }: RequestRecord): Html {
  const span = Math.max(1, calls.length);
  const [first, ...rest] = calls;
  return html`<tbody><tr>
<th scope="rowgroup" rowspan="${span}"><b>${method}</b> ${path} <span class="quiet">${status}</span></th>
<td rowspan="${span}" class="number price">${dollars(pricePerMillion(calls))}</td>
${first ? cellsOf(first) : html`<td class="quiet">no call</td><td class="number">0</td>`}
<td rowspan="${span}" class="number">${Math.round(duration)} ms</td>
<td rowspan="${span}">${cookieNames(setCookie)}</td>
</tr>${rest.map((call) => html`<tr>${cellsOf(call)}</tr>`)}</tbody>
`;
}

function cellsOf({ operation, kind, consistent, units, outcome }: DynamoCall): Html {
  const how = [kind === 'read' && (consistent ? 'consistent' : 'eventual'), outcome].filter(Boolean).join(', ');
  return html`<td><code>${operation}</code> ${how && html`<span class="quiet">${how}</span>`}</td><td class="number">${units}</td>`;
}

/** What the response did to the browser's cookies; their values are in the panel of what is stored. */
function cookieNames(cookies: readonly string[]): Html {
  if (cookies.length === 0) return html`<span class="quiet">none</span>`;
  return html`${cookies.map((cookie, index) => html`${index > 0 ? ', ' : ''}<code>${cookie.split('=')[0]}</code>${
    /;\s*max-age=0/i.test(cookie) ? html` <span class="quiet">(cleared)</span>` : undefined
  }`)}`;
}
