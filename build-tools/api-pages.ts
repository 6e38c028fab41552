/**
 * Writes the pages of `docs/api` from the doc comments of the sources. `API.md`,
 * their first page, is written by hand.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from './api-outline';
import { ApiPage } from './api-page';
import { ApiSource } from './api-source';

/** The pages, by their path in the repository. */
export function apiPages(): Map<string, string> {
  const source = new ApiSource(PAGES);
  return new Map(PAGES.map((page) => [`docs/api/${page.file}.md`, new ApiPage(source, page).toString()]));
}

if (require.main === module) {
  const root = join(__dirname, '..');
  mkdirSync(join(root, 'docs/api'), { recursive: true });
  for (const [file, text] of apiPages()) writeFileSync(join(root, file), text);
}
