import { keyOf } from '../../src/runtime/table/key';
import { html, Html } from '../html';
import type { EngineItem } from '../lab/engine';
import type { Panel } from '../lab/laboratory';

interface Moment {
  readonly name: string;
  /** Epoch seconds. */
  readonly at: number;
}

const STEPS = [
  { seconds: 21, label: '21 seconds', what: 'the read is eventual again' },
  { seconds: 120, label: '2 minutes', what: 'a read extends the session' },
  { seconds: 1200, label: '20 minutes', what: 'an unused session ends' },
  { seconds: 43_200, label: '12 hours', what: 'only a remembered one lives' },
] as const;

/** Seconds after which a session is extended. */
const REISSUE = 120;

/** Panel 3: the life of the session on a line, and buttons that let time pass. */
export const life: Panel = {
  id: 'life',
  title: 'Its life',
  show: async ({ engine, clock }, browser) => {
    const item = browser.sessionId === undefined ? undefined : await engine.item(keyOf(browser.sessionId));
    const now = clock.now() / 1000;
    return html`${item ? line(momentsOf(item), now) : html`<p>No session, so no life to show. The laboratory’s clock is at ${timeOf(now, true)}.</p>`}
<form method="post" action="/lab/clock" class="steps" aria-label="Let time pass">
${STEPS.map(({ seconds, label, what }) => html`<span><button name="seconds" value="${seconds}">${label} pass</button> <span class="quiet">${what}</span></span>`)}
</form>`;
  },
  switches: {
    clock: ({ clock }, _, form) => {
      const step = STEPS.find(({ seconds }) => String(seconds) === form.get('seconds'));
      if (!step) return 'The clock was not moved: that is not one of its buttons.';
      clock.pass(step.seconds);
      return `${step.label} have passed for everybody in the laboratory.`;
    },
  },
};

function momentsOf(item: EngineItem): Moment[] {
  const seconds = (name: string) => Number(item[name]?.N ?? NaN);
  const idle = seconds('idl');
  const reissue = Number.isNaN(idle) ? REISSUE : Math.min(REISSUE, Math.floor(idle / 10));
  const moments = [
    { name: 'created', at: seconds('iat') },
    { name: 'extended', at: seconds('iss') },
    { name: 'next touch', at: seconds('iss') + reissue },
    { name: 'ends if idle', at: seconds('exp') },
    { name: 'ends at last', at: seconds('abs') },
  ];
  return moments.filter(({ at }) => !Number.isNaN(at)).sort((one, other) => one.at - other.at);
}

/** Not to scale: the moments stand apart evenly, and the present moves between them. */
function line(moments: readonly Moment[], now: number): Html {
  const place = presentPlace(moments.map(({ at }) => at), now);
  const width = moments.length * 100;
  const end = moments.find(({ name }) => name === 'ends if idle')!.at;
  return html`<div class="life" data-moments="${moments.map(({ at }) => at).join(' ')}" data-now="${now.toFixed(3)}">
<svg viewBox="0 0 ${width} 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<rect class="life-line" x="0" y="10" width="${width}" height="4"/><rect class="life-lived" x="0" y="10" width="${(place * 100).toFixed(1)}" height="4"/>
${moments.map((_, index) => html`<rect class="life-mark" x="${index * 100 + 48}" y="5" width="4" height="14"/>`)}
<rect class="life-now" x="${(place * 100 - 3).toFixed(1)}" y="0" width="6" height="24"/></svg>
<ol class="moments">${moments.map(({ name, at }) => html`<li><b>${name}</b> ${timeOf(at, dayOf(at) !== dayOf(now))}</li>`)}</ol>
<p>It is ${timeOf(now, false)} now${now < end ? html`, and the session lives.` : html`: <strong>the session is dead</strong>, though its item may still stand here until TTL deletes it.`}
<span class="quiet">The line is not to scale.</span></p></div>`;
}

/** The place of the present, in steps of the line. Each moment is in the middle of its step. */
function presentPlace(moments: readonly number[], now: number): number {
  const next = moments.findIndex((at) => at > now);
  if (next === 0) return 0.25;
  if (next < 0) return moments.length - 0.25;
  const [before, after] = [moments[next - 1]!, moments[next]!];
  return next - 0.5 + (now - before) / (after - before);
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(5, 10);
}

function timeOf(seconds: number, withDay: boolean): Html {
  const text = new Date(seconds * 1000).toISOString();
  return html`<time datetime="${text}">${withDay && `${dayOf(seconds)} `}${text.slice(11, 19)}</time>`;
}
