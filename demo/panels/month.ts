import { html, Html } from '../html';
import type { Panel, Parts } from '../lab/laboratory';
import { Month, SIZES } from '../lab/price-table';

/** Panel 8, the second half: a month's price by sliders. */
export const month: Panel = {
  id: 'month',
  title: 'What a month costs',
  show: async (parts, _, query) => {
    const asked = monthOf(query);
    return html`<form method="get" action="/#month" class="sliders" data-live="/lab/month">
${slider('millions', 'Requests a month, in millions', asked.millions, 1, 200)}
${slider('reads', 'Share that only reads the session, in percent', asked.reads * 100, 0, 100)}
${slider('writes', 'Share that changes it, in percent', asked.writes * 100, 0, 100)}
${slider('size', 'Size of the session: 1 to 64 KB, doubled at each step', SIZES.indexOf(asked.size as 1), 0, SIZES.length - 1)}
<button>Calculate</button></form>
<div id="month-result" role="status">${await result(parts, asked)}</div>
<p class="quiet">Units are measured on the embedded engine at each size: ours by this library, on carts, which compress; always strong is ours with
each read consistent; connect-dynamodb by the calls that version 3 makes with each request (one consistent read, one write of the whole item), as
counted in the project’s benchmark. A visitor sends a request every 30 seconds. Storage and the function itself are not in it.</p>`;
  },
  live: async (parts, query) => result(parts, monthOf(query)),
};

/** The sliders' values; anything else becomes the nearest that they allow. */
function monthOf(query: URLSearchParams): Month {
  const number = (name: string, otherwise: number, most: number) => {
    const text = query.get(name) ?? '';
    return /^\d{1,6}$/.test(text) ? Math.min(Number(text), most) : otherwise;
  };
  const reads = number('reads', 30, 100);
  const writes = Math.min(number('writes', 10, 100), 100 - reads);
  return { millions: Math.max(1, number('millions', 10, 200)), reads: reads / 100, writes: writes / 100, size: SIZES[number('size', 1, SIZES.length - 1)]! };
}

function slider(name: string, label: string, value: number, min: number, max: number): Html {
  return html`<p><label for="${name}">${label}</label>
<input type="range" id="${name}" name="${name}" min="${min}" max="${max}" value="${Math.round(value)}"></p>`;
}

async function result({ prices }: Parts, asked: Month): Promise<Html> {
  const { ours, strong, connect } = await prices.price(asked);
  const most = Math.max(ours, strong, connect, 0.01);
  const { millions, reads, writes, size } = asked;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return html`<p>${millions} million requests a month, of which ${percent(reads)} read a session of ${size} KB, ${percent(writes)} change it, and ${percent(1 - reads - writes)} do not use it:</p>
<table class="month"><tbody>${[['Session Table', ours], ['the same, always strong', strong], ['connect-dynamodb', connect]].map(([name, dollars]) => html`<tr>
<th scope="row">${name}</th><td><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="month-bar" width="${(Number(dollars) / most * 100).toFixed(1)}" height="10"/></svg></td>
<td class="number"><b>$${Number(dollars).toFixed(2)}</b></td></tr>`)}</tbody></table>`;
}
