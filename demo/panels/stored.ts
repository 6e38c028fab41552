import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue as OwnValue, Item } from '../../src/runtime/client/session-client';
import { COMPRESSED, flagsOf, SEALED } from '../../src/runtime/table/item';
import { attributeSize, itemSize } from '../../src/runtime/table/item-size';
import { keyOf } from '../../src/runtime/table/key';
import { html, Html } from '../html';
import type { Browser, RequestRecord } from '../lab/browser';
import type { EngineItem } from '../lab/engine';
import type { Panel } from '../lab/laboratory';

/** What each attribute is for. */
const PURPOSES: Readonly<Record<string, string>> = {
  sid: 'The key: the hash of the id. Whoever reads the table cannot make a cookie of it.',
  exp: 'When the session is dead, in epoch seconds; DynamoDB’s TTL deletes it some time later.',
  iat: 'When it was created.',
  iss: 'When its end was last moved. Reads move it again after two minutes and not before, to save writes.',
  ver: 'Counts the writes of data. An exact update is refused if somebody else wrote in between.',
  abs: 'When it ends however much it is used.',
  idl: 'Its own idle timeout in seconds, because you asked to be remembered.',
  upd: 'The tokens of the last exact updates: an update that is repeated finds its own and is not applied twice.',
  frz: 'Frozen by a sign-in: nobody can write here any more.',
  csr: 'The secret of the forms’ tokens.',
  usr: 'The key of the user’s list of sessions. It does not hold your name.',
  dat: 'The data: one entry for each key, so requests that change different keys do not meet.',
};

/** Panel 2: the session as the table and the wire have it. */
export const stored: Panel = {
  id: 'stored',
  title: 'The session as stored',
  show: async ({ engine, lambda }, browser) => {
    const { sessionId } = browser;
    const item = sessionId === undefined ? undefined : await engine.item(keyOf(sessionId));
    return html`${wire(browser)}
${sessionId === undefined ? html`<p>Your browser has no session cookie, so there is nothing to look up.</p>` : path(sessionId)}
${item ? attributes(item) : sessionId !== undefined && html`<p>The table has no item under this key: the cookie is of another run of the laboratory, or its session was ended.</p>`}
<form method="post" action="/lab/seal" class="line"><button name="sealed" value="${lambda.isSealed ? 'no' : 'yes'}">${lambda.isSealed ? 'Store in plain text again' : 'Seal what is stored'}</button>
<span class="quiet">${lambda.isSealed
  ? 'Sealed: each value is encrypted under a key made from the id, which the table does not hold.'
  : 'Deploys the function with sealed: true. Values that stand already are sealed when they are next written.'}</span></form>`;
  },
  switches: {
    seal: ({ lambda }, _, form) => {
      const sealed = form.get('sealed') === 'yes';
      if (sealed !== lambda.isSealed) lambda.deploy({ sealed });
      return sealed ? 'The function now seals each value that it writes. Put something into the cart to see it.' : 'The function now writes plain values again.';
    },
  },
};

function wire({ requests }: Browser): Html {
  const [last] = requests;
  return html`<dl class="wire"><dt>Cookie, as this request sent it</dt><dd><code>${last?.cookie ?? 'none'}</code></dd>
<dt>Set-Cookie, as the last response that had one</dt><dd>${setCookies(requests)}</dd></dl>`;
}

function setCookies(records: readonly RequestRecord[]): Html {
  const lines = records.find((record) => record.setCookie.length > 0)?.setCookie ?? [];
  return lines.length === 0 ? html`<code>none</code>` : html`${lines.map((line) => html`<code>${line}</code>`)}`;
}

/** How the id becomes the key. */
function path(id: string): Html {
  const key = Buffer.from(keyOf(id)).toString('hex');
  return html`<ol class="path"><li><b>id</b> <code>${id}</code> 43 characters: 32 random bytes</li>
<li><b>SHA-256</b> <code>${key}</code> 32 bytes: the key, sid</li></ol>`;
}

function attributes(item: EngineItem): Html {
  const own = item as unknown as Item;
  return html`<div class="scroll" role="region" aria-label="The item" tabindex="0"><table>
<thead><tr><th scope="col">Attribute</th><th scope="col" class="number">Bytes</th><th scope="col">Value, and what it is for</th></tr></thead>
<tbody>${Object.entries(item).sort(([one], [other]) => order(one) - order(other)).map(([name, value]) => html`<tr>
<th scope="row"><code>${name}</code> <span class="quiet">${Object.keys(value)[0]}</span></th>
<td class="number">${attributeSize(name, value as unknown as OwnValue)}</td><td><div class="meaning"><div class="value">${valueOf(name, value)}</div><div class="purpose">${purposeOf(name)}</div></div></td></tr>`)}
</tbody><tfoot><tr><th scope="row">Together</th><td class="number">${itemSize(own)}</td><td></td></tr></tfoot></table></div>`;
}

function order(name: string): number {
  const names = Object.keys(PURPOSES);
  return names.includes(name) ? names.indexOf(name) : names.length;
}

function purposeOf(name: string): string {
  return PURPOSES[name] ?? (name.startsWith('f:') ? 'A flash message, which the next page shows and removes.' : 'Not the library’s. It stays as it is.');
}

function valueOf(name: string, value: AttributeValue): Html {
  if (value.M) return html`<ul class="entries">${Object.entries(value.M).map(([key, entry]) => html`<li><b>${key}</b> ${dataOf(entry)}</li>`)}</ul>`;
  if (value.L) return html`${value.L.length} × ${value.L[0]?.B?.length ?? 0} bytes`;
  if (value.B && !name.startsWith('f:')) return html`<code>${shortened(Buffer.from(value.B).toString('hex'))}</code>`;
  if (value.N !== undefined && ['exp', 'iat', 'iss', 'abs'].includes(name)) return html`<code>${value.N}</code> ${timeOf(Number(value.N))}`;
  return value.N === undefined ? dataOf(value) : html`<code>${value.N}</code>`;
}

function timeOf(seconds: number): Html {
  const text = new Date(seconds * 1000).toISOString();
  return html`<time datetime="${text}">${text.slice(11, 19)}</time>`;
}

/** One value of the data: text, or a byte of flags and then bytes. */
function dataOf({ S, B = new Uint8Array() }: AttributeValue): Html {
  if (S !== undefined) return html`<span class="tag">plain, ${Buffer.byteLength(S)} bytes</span> <code>${shortened(S)}</code>`;
  const flags = flagsOf(B);
  // eslint-disable-next-line no-bitwise -- The flags of a stored value are bits.
  const words = [(flags & COMPRESSED) !== 0 && 'compressed', (flags & SEALED) !== 0 && 'sealed'].filter(Boolean).join(' and ');
  return html`<span class="tag tag-strong">${words}, ${B.length} bytes</span> <code>${shortened(Buffer.from(B).toString('hex'))}</code>`;
}

function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 60)} …` : text;
}
