import { CASES } from './cases/all';
import { chromiumPath, launch } from './chromium';
import { runCases } from './runner';
import { QUIET, startDemo } from '../../../demo/demo';

/** Drives every panel of the laboratory in a real Chromium. The last line is `N passed, N failed`. */
async function main(): Promise<void> {
  const executable = chromiumPath();
  if (executable === undefined) return without();
  Object.assign(process.env, QUIET);
  const demo = await startDemo({ port: 0 });
  const browser = await launch(executable);
  const words = process.argv.slice(2).join(' ');
  const { passed, failed } = await runCases(browser, demo.url, CASES.filter(([title]) => title.includes(words)));
  await browser.close();
  await demo.close();
  finish(passed, failed);
}

/** On a developer's machine that has none this is said and no more; in continuous integration on Linux it must be there. */
function without(): void {
  const isRequired = Boolean(process.env.CI) && process.platform === 'linux';
  console.log('The laboratory was NOT tried in a browser: there is no Chromium. On Debian: apt-get install chromium; elsewhere name one in CHROME.');
  finish(0, isRequired ? 1 : 0);
}

function finish(passed: number, failed: number): void {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(error);
  finish(0, 1);
});
