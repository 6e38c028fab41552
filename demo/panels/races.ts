import { html, Html } from '../html';
import { legend, timeLine } from './time-line';
import type { Browser } from '../lab/browser';
import type { Panel } from '../lab/laboratory';
import { Race, Run } from '../lab/race';
import { RACES } from '../lab/races';

/** Panel 4: overlapping requests, on this library and on a store that reads all and writes all. */
export const races: Panel = {
  id: 'races',
  title: 'The race laboratory',
  show: (_, browser) => html`<p>Each button sends real requests at once, from browsers that the laboratory plays, to as many instances of the
function. Beside this library runs <a href="/lab/code/plain-store.ts">a plain store of forty lines</a>: it reads all of a session and writes all of it.</p>
<form method="post" action="/lab/race" class="line" aria-label="Races">
${RACES.map(({ name, title }) => html`<button name="race" value="${name}">${title}</button>`)}</form>
${browser.races.size > 0 && legend()}
${RACES.map((race) => resultOf(browser, race))}`,
  switches: {
    race: async ({ track }, browser, form) => {
      const race = RACES.find(({ name }) => name === form.get('race'));
      if (!race) return 'There is no such race.';
      if (browser.isRacing) return 'A race of yours is under way. It is not started twice.';
      browser.isRacing = true;
      try {
        browser.races.clear();
        browser.races.set(race.name, await track.run(race));
      } finally {
        browser.isRacing = false;
      }
      return undefined;
    },
  },
};

function resultOf(browser: Browser, { name, title, what }: Race): Html {
  const result = browser.races.get(name);
  if (!result) return html``;
  return html`<h3>${title}</h3><p>${what}</p><div class="runs">
${result.runs.map((run, index) => runOf(run, `${name}-${index}`))}</div>`;
}

function runOf({ title, bars, outcome, isGood }: Run, id: string): Html {
  return html`<article class="run"><h4>${title}</h4>
<p class="verdict ${isGood ? 'good' : 'bad'}"><b>${isGood ? 'Holds.' : 'Loses.'}</b> ${outcome}</p>
${timeLine(bars, id)}</article>`;
}
