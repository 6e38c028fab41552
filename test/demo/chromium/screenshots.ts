import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromiumPath, launch } from './chromium';
import { Tab } from './tab';
import { QUIET, startDemo } from '../../../demo/demo';

const DEFAULT_FOLDER = join(__dirname, '..', '..', '..', 'docs', 'images');

/** What is shown: a shop in use, after a race and a fault. */
async function use(tab: Tab, name: string): Promise<void> {
  await tab.signIn(name);
  await tab.press('shop', 'Keep the price list');
  await tab.reads('shop', 'Drop the price list');
  await tab.buy('Oolong', 1);
  await tab.press('devices', 'Phone');
  await tab.reads('devices', `2 sessions of ${name}`);
  await tab.press('faults', 'throttled');
  await tab.reads('faults', 'Armed: throttled');
  await tab.buy('Oolong', 2);
  await tab.press('devices', 'End all others');
  await tab.reads('devices', `1 session of ${name}`);
  await tab.press('devices', 'Laptop');
  await tab.reads('devices', `2 sessions of ${name}`);
  await tab.press('races', 'Five clicks at once');
  await tab.panel('races').getByRole('heading', { name: 'Five clicks at once' }).waitFor();
  await tab.buy('Lemon cake', 1);
}

/** Takes the pictures of one look of the laboratory. */
async function take(browser: Browser, url: string, folder: string, look: { readonly colorScheme: 'light' | 'dark'; readonly width: number }): Promise<void> {
  const { colorScheme, width } = look;
  const context = await browser.newContext({ colorScheme, viewport: { width, height: width > 640 ? 860 : 844 }, reducedMotion: 'reduce' });
  const tab = new Tab(await context.newPage(), url);
  await use(tab, colorScheme === 'light' ? 'Ada' : 'Grace');
  const file = `laboratory-${colorScheme}-${width}`;
  await tab.page.mouse.move(0, 0);
  await tab.page.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
  await save(browser, await tab.page.screenshot(), join(folder, `${file}.webp`));
  if (width > 640) await save(browser, await tab.panel('races').screenshot(), join(folder, `races-${colorScheme}.webp`));
  // The whole page is for whoever looks after it, and too long for a document.
  if (process.argv.includes('--whole')) await tab.page.screenshot({ path: join(folder, `${file}-whole.png`), fullPage: true });
  await tab.press('devices', 'End all, this one too');
  await tab.reads('devices', 'Nobody is signed in here');
  await context.close();
}

/** Chromium takes no pictures as WebP, which are a third of the size, but its canvas makes them. */
async function save(browser: Browser, png: Buffer, path: string): Promise<void> {
  const page = await browser.newPage();
  const url = (await page.evaluate(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.92);
  })()`)) as string;
  writeFileSync(path, Buffer.from(url.split(',')[1]!, 'base64'));
  await page.close();
}

/** Makes the pictures of the README, so that they stay true: `npm run screenshots`, or `npm run screenshots -- --whole folder`. */
async function main(): Promise<void> {
  const executable = chromiumPath();
  if (executable === undefined) throw new Error('There is no Chromium. On Debian: apt-get install chromium; elsewhere name one in CHROME.');
  const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? DEFAULT_FOLDER;
  mkdirSync(folder, { recursive: true });
  Object.assign(process.env, QUIET);
  const demo = await startDemo({ port: 0 });
  const browser = await launch(executable);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) await take(browser, demo.url, folder, { colorScheme, width });
  }
  await browser.close();
  await demo.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
