import type { Cloud } from './cloud';
import { itemsOf } from './doors-proof';
import { grantedBy } from './table-proof';
import { type Page, Visitor } from './visitor';
import { type Report, check } from '../support/report';

/** One request of the visit of an example, and what its page has to show. */
interface Step {
  readonly method: 'GET' | 'POST';
  readonly path?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly shows?: string;
}

/** How a visitor uses each example that has a page. */
const VISITS: Readonly<Record<string, readonly Step[]>> = {
  'express': [
    { method: 'GET', path: '/', shows: '"cart":[]' },
    { method: 'POST', path: '/cart' },
    { method: 'POST', path: '/sign-in', form: { username: 'ada', password: 'demo' } },
    { method: 'GET', path: '/', shows: '"user":"ada","cart":["tea"]' },
  ],
  'hono': [
    { method: 'GET', path: '/', shows: '0 items' },
    { method: 'POST', path: '/cart' },
    { method: 'POST', path: '/cart' },
    { method: 'GET', path: '/', shows: '2 items' },
  ],
  'http-api': [
    { method: 'GET', shows: '{"cart":[]}' },
    { method: 'POST' },
    { method: 'POST' },
    { method: 'GET', shows: '{"cart":["sku-1","sku-2"]}' },
  ],
};

/** Proves of an example that has a page that it keeps one visitor's session in one item. */
export async function proveExamplePage(report: Report, cloud: Cloud, example: string, stack: string): Promise<void> {
  const { Url } = await cloud.outputs(stack);
  if (Url === undefined) return;
  await report.prove(`${example}: its page keeps one visitor's session`, async () => {
    const steps = VISITS[example];
    check(steps !== undefined, 'it has a page, and example-page-proof.ts does not say how to visit it');
    const { tableName } = await grantedBy(cloud, stack);
    const before = await itemsOf(cloud, tableName);
    const visitor = new Visitor(cloud.endpoint, Url);
    const seen: string[] = [];
    for (const step of steps) seen.push(await take(visitor, step));
    check((await itemsOf(cloud, tableName)) === before + 1, `the table has ${await itemsOf(cloud, tableName)} items, not one more than ${before}`);
    return seen.join(' → ');
  });
}

async function take(visitor: Visitor, { method, path = '', form, shows = '' }: Step): Promise<string> {
  const page = await visitor.open(path, method, form);
  const told = `${method} ${path} ${page.status} ${plain(page)}`;
  check([200, 302, 303].includes(page.status) && page.body.includes(shows), told);
  return told;
}

function plain({ body }: Page): string {
  return body.replaceAll(/<[^>]*>|\s+/g, ' ').trim().slice(0, 60);
}
