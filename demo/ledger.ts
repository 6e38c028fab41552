import { html, Html } from './html';
import type { DynamoCall } from './meter';
import { LEDGER_PLACE } from './page';
import { PRICE_PER_MILLION, pricePerMillion } from './price';

/** One request to the shop, and what it asked of DynamoDB. */
export interface LedgerEntry {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The `Set-Cookie` values of the response. */
  readonly cookies: readonly string[];
  readonly calls: readonly DynamoCall[];
}

const LENGTH = 8;

/** The last requests, newest first, as a table for the foot of each page. */
export class Ledger {
  private readonly entries: LedgerEntry[] = [];

  public add(entry: LedgerEntry): void {
    this.entries.unshift(entry);
    this.entries.length = Math.min(this.entries.length, LENGTH);
  }

  /** The page with the table in its place. A page without the place is given back as it is. */
  public fillIn(page: string): string {
    return page.replace(LEDGER_PLACE, () => this.table().toString());
  }

  private table(): Html {
    return html`<section aria-labelledby="ledger">
<h2 id="ledger">What the last requests cost</h2>
<div class="scroll" role="region" aria-labelledby="ledger" tabindex="0"><table>
<thead><tr>
<th scope="col">Request</th><th scope="col">DynamoDB call</th><th scope="col">Read</th>
<th scope="col" class="number">Units</th><th scope="col" class="number">A million requests</th><th scope="col">Cookies set</th>
</tr></thead>
${this.entries.map(rowsOf)}
</table></div>
<p class="note">Newest first; the top one is this page. Units as the embedded engine counts them. List prices, on demand, us-east-1:
$${PRICE_PER_MILLION.read} for a million read units, $${PRICE_PER_MILLION.write} for a million write units.
A consistent read of up to 4 KB is one unit, an eventual one half a unit; a write of up to 1 KB is one unit.</p>
</section>`;
  }
}

function rowsOf({ method, path, status, cookies, calls }: LedgerEntry): Html {
  const span = Math.max(1, calls.length);
  const [first, ...rest] = calls;
  return html`<tbody><tr>
<th scope="rowgroup" rowspan="${span}"><b>${method}</b> ${path} <span class="quiet">${status}</span></th>
${first ? cellsOf(first) : html`<td class="quiet">no call</td><td></td><td class="number">0</td>`}
<td rowspan="${span}" class="number">${dollars(pricePerMillion(calls))}</td>
<td rowspan="${span}">${cookieNames(cookies)}</td>
</tr>${rest.map((call) => html`<tr>${cellsOf(call)}</tr>`)}</tbody>
`;
}

function cellsOf({ operation, kind, consistent, units, refused }: DynamoCall): Html {
  const mark = refused ? html` <span class="quiet">(condition not met)</span>` : undefined;
  const read = consistent ? 'consistent' : 'eventual';
  return html`<td><code>${operation}</code>${mark}</td><td>${kind === 'read' ? read : ''}</td><td class="number">${units}</td>`;
}

/** What the response did to the browser's cookies; values are nobody's business. */
function cookieNames(cookies: readonly string[]): Html {
  if (cookies.length === 0) return html`<span class="quiet">none</span>`;
  return html`${cookies.map((cookie, index) => html`${index > 0 ? ', ' : ''}<code>${cookie.split('=')[0]}</code>${
    /;\s*max-age=0/i.test(cookie) ? html` <span class="quiet">(cleared)</span>` : undefined
  }`)}`;
}

/** Four digits after the point, as half a read unit needs, without idle zeros beyond cents. */
function dollars(amount: number): string {
  return `$${amount.toFixed(4).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}
