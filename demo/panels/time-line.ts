import { html, Html } from '../html';
import type { RequestRecord } from '../lab/browser';
import { DynamoCall, REFUSED } from '../lab/call-record';

/** A request on a time-line. */
export interface Row {
  readonly label: string;
  /** Milliseconds since the line begins. */
  readonly startedAt: number;
  readonly record: RequestRecord;
}

/** The width of a line, in its own units. */
const WIDTH = 1000;
/** The least width of a call, so that it can be seen. */
const LEAST = 9;

/** Requests as bars, with the calls that each made. The words below say the same for readers who cannot see it. */
export function timeLine(rows: readonly Row[], what: string): Html {
  const end = Math.max(1, ...rows.map(({ startedAt, record }) => startedAt + Math.max(record.duration, ...record.calls.map((call) => call.endedAt))));
  const scale = WIDTH / end;
  return html`<div class="time-line">
${rows.map(({ label, startedAt, record }) => html`<div class="bar"><span class="bar-label">${label} <b class="status status-${Math.floor(record.status / 100)}">${record.status}</b></span>
<svg viewBox="0 0 ${WIDTH} 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<rect class="bar-request" x="${(startedAt * scale).toFixed(1)}" y="4" width="${Math.max(LEAST, record.duration * scale).toFixed(1)}" height="16"/>
${record.calls.map((call) => html`<rect class="bar-${kindOf(call)}" x="${((startedAt + call.startedAt) * scale).toFixed(1)}" y="4" width="${Math.max(LEAST, (call.endedAt - call.startedAt) * scale).toFixed(1)}" height="16"/>`)}
</svg></div>`)}
<p class="scale"><span>0</span><span>${Math.round(end)} ms</span></p>
</div>
<details id="${what}-calls"><summary>The calls in words</summary><ol class="calls">
${rows.map(({ label, startedAt, record }) => html`<li>${label}: from ${Math.round(startedAt)} to ${Math.round(startedAt + record.duration)} ms, ${record.status}; ${callsInWords(record.calls)}</li>`)}
</ol></details>`;
}

/** What the colours of a time-line mean. */
export function legend(): Html {
  return html`<p class="legend"><span><i class="swatch swatch-request"></i>handler at work</span> <span><i class="swatch swatch-read"></i>read</span>
<span><i class="swatch swatch-write"></i>write</span> <span><i class="swatch swatch-refused"></i>refused, lost or throttled</span></p>`;
}

/** `GetItem, UpdateItem (condition not met)`. */
export function callsInWords(calls: readonly DynamoCall[]): string {
  if (calls.length === 0) return 'no call';
  return calls.map(({ operation, outcome }) => (outcome === undefined ? operation : `${operation} (${outcome})`)).join(', ');
}

function kindOf({ kind, outcome }: DynamoCall): string {
  return outcome === undefined ? kind : outcome === REFUSED ? 'refused' : 'failed';
}
