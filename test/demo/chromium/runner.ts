import type { Browser, BrowserContextOptions, ConsoleMessage } from 'playwright-core';
import { Tab } from './tab';

/** What a case gets: tabs, each of a browser of its own unless it says otherwise. */
export interface Laboratory {
  readonly url: string;
  readonly newTab: (options?: BrowserContextOptions) => Promise<Tab>;
  /** Another tab of the same browser. */
  readonly besides: (tab: Tab) => Promise<Tab>;
  /** The errors that a case expects on the console: that of a response with an error status. */
  readonly expectErrors: (pattern: RegExp) => void;
}

/** One case: a sentence of behaviour, and what shows it. */
export type Case = readonly [title: string, run: (laboratory: Laboratory) => Promise<void>];

/** Runs the cases one after another: the clock is everybody's. */
export async function runCases(browser: Browser, url: string, cases: readonly Case[]): Promise<{ readonly passed: number; readonly failed: number }> {
  let [passed, failed] = [0, 0];
  for (const [title, run] of cases) {
    const began = performance.now();
    try {
      await runCase(browser, url, run);
      passed++;
      console.log(`  passed  ${title} (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed++;
      console.log(`  FAILED  ${title}`);
      console.log(error);
    }
  }
  return { passed, failed };
}

async function runCase(browser: Browser, url: string, run: Case[1]): Promise<void> {
  const errors: string[] = [];
  let expected: RegExp | undefined;
  const watched = (tab: Tab): Tab => {
    tab.page.on('console', (message: ConsoleMessage) => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
    tab.page.on('pageerror', (error) => { errors.push(error.message); });
    return tab;
  };
  const contexts: Awaited<ReturnType<Browser['newContext']>>[] = [];
  try {
    await run({
      url,
      newTab: async (options) => {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
        contexts.push(context);
        return watched(new Tab(await context.newPage(), url));
      },
      besides: async (tab) => watched(new Tab(await tab.page.context().newPage(), url)),
      expectErrors: (pattern) => { expected = pattern; },
    });
    const unexpected = errors.filter((text) => !expected?.test(text));
    if (unexpected.length > 0) throw new Error(`The console has errors: ${unexpected.join('; ')}`);
  } finally {
    await Promise.all(contexts.map(async (context) => context.close()));
  }
}
