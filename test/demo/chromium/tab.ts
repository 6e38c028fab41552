import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

/** Milliseconds: far more than anything takes alone, because a machine that is busy with other work is no defect. */
const PATIENCE = 30_000;

/** A tab of a real browser on the laboratory, with the few things that the cases do in it. */
export class Tab {
  public constructor(public readonly page: Page, public readonly url: string) {
    page.setDefaultTimeout(PATIENCE);
  }

  public async open(path = '/'): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
  }

  public panel(id: string): Locator {
    return this.page.locator(`#${id}`);
  }

  /** Presses a button of a panel, by its words. */
  public async press(panel: string, words: string): Promise<void> {
    await this.panel(panel).getByRole('button', { name: words }).first().click();
  }

  /** Waits until a panel says something. A blank of a pattern stands for any space, or none between the cells of a table. */
  public async reads(panel: string, words: string | RegExp): Promise<void> {
    const hasText = typeof words === 'string' ? words : new RegExp(words.source.replace(/ /g, '\\s*'), words.flags);
    try {
      await this.panel(panel).filter({ hasText }).waitFor({ state: 'attached' });
    } catch {
      throw new Error(`#${panel} does not say ${String(words)}: ${await this.text(panel)}`);
    }
  }

  /** The words of a panel, on one line. */
  public async text(panel: string): Promise<string> {
    return ((await this.panel(panel).textContent()) ?? '').replace(/\s+/g, ' ').trim();
  }

  public async lacks(panel: string, words: string): Promise<void> {
    assert.ok(!(await this.text(panel)).includes(words), `#${panel} says ${words}`);
  }

  public async signIn(name = 'Ada'): Promise<void> {
    await this.open();
    await this.panel('shop').getByLabel('Your name').fill(name);
    await this.press('shop', 'Sign in');
    await this.reads('shop', `Hello, ${name}`);
  }

  /** Puts something into the cart, and waits until it is so many. */
  public async buy(item: string, count: number): Promise<void> {
    await this.press('shop', item);
    await this.reads('shop', `${item} × ${count}`);
  }

  /** The session cookie of this browser. */
  public async sessionId(): Promise<string | undefined> {
    return (await this.page.context().cookies()).find(({ name }) => name === 'session_id')?.value;
  }
}
