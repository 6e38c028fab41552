import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGES = ['README.md', 'API.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md')).map((file) => join('docs', file))];

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ (.*)$/gm);
  const times = new Map<string, number>();
  return [...headings].map(([, heading = '']) => {
    const anchor = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function brokenLinks(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    if (!existsSync(file)) return [`${page}: ${target} is not there`];
    if (anchor === undefined || !file.endsWith('.md')) return [];
    return anchorsOf(readFileSync(file, 'utf8')).includes(anchor) ? [] : [`${page}: ${target} has no such heading`];
  });
}

test('every internal link of the documents leads somewhere', () => {
  expect(PAGES.flatMap(brokenLinks)).toEqual([]);
});

test('no page but the reference is over 250 lines', () => {
  const long = PAGES.filter((page) => !page.startsWith('docs/api/') && readFileSync(join(ROOT, page), 'utf8').split('\n').length > 250);
  expect(long).toEqual([]);
});
