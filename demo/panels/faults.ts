import { html, Html } from '../html';
import { legend, timeLine } from './time-line';
import type { RequestRecord } from '../lab/browser';
import { FAULTS } from '../lab/faults';
import type { Panel } from '../lab/laboratory';

/** Panel 5: what networks, DynamoDB and roles do, to the next form that this browser sends to the shop. */
export const faults: Panel = {
  id: 'faults',
  title: 'Faults',
  show: (_, browser) => html`<p>Pick what goes wrong. It happens to the next form that you send in <a href="#shop">the shop</a>.</p>
<form method="post" action="/lab/fault" class="line" aria-label="Faults">
${FAULTS.map(({ name }) => html`<button name="fault" value="${name}" aria-pressed="${browser.armed?.name === name ? 'true' : 'false'}">${name}</button>`)}</form>
${browser.armed && html`<p class="notice"><b>Armed: ${browser.armed.name}.</b> ${browser.armed.what} <a href="#shop">Now do something in the shop.</a></p>`}
${browser.faulted && report(browser.faulted)}`,
  switches: {
    fault: (_, browser, form) => {
      const fault = FAULTS.find(({ name }) => name === form.get('fault'));
      if (!fault) return 'There is no such fault.';
      browser.armed = browser.armed === fault ? undefined : fault;
      return undefined;
    },
  },
};

function report(record: RequestRecord): Html {
  const { fault, method, path, status, retryAfter, setCookie, calls } = record;
  const repeats = calls.filter(({ outcome }) => outcome !== undefined).length;
  return html`<h3>The last one: ${fault?.name}</h3><p>${fault?.what} ${fault?.then}</p>
<dl class="facts"><div><dt>Request</dt><dd>${method} ${path}</dd></div><div><dt>Status</dt><dd>${status}</dd></div>
<div><dt>Retry-After</dt><dd>${retryAfter ?? 'none'}</dd></div><div><dt>Attempts that failed</dt><dd>${repeats} of ${calls.length}</dd></div>
<div><dt>Session cookie</dt><dd>${cookieFate(setCookie)}</dd></div></dl>
${legend()}${timeLine([{ label: path, startedAt: 0, record }], 'fault')}`;
}

function cookieFate(setCookie: readonly string[]): string {
  const line = setCookie.find((cookie) => cookie.startsWith('session_id='));
  if (line === undefined) return 'stays as it was';
  return /max-age=0/i.test(line) ? 'removed' : 'set';
}
