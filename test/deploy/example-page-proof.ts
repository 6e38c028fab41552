import type { Cloud } from './cloud';
import { itemsOf } from './doors-proof';
import { grantedBy } from './table-proof';
import { Visitor } from './visitor';
import { type Report, check } from '../support/report';

/** Proves of an example that has a page that its second visit finds what its first one stored. */
export async function proveExamplePage(report: Report, cloud: Cloud, stack: string): Promise<void> {
  const { Url } = await cloud.outputs(stack);
  if (Url === undefined) return;
  await report.prove(`${stack}: GET, POST, POST, GET keep one visitor's session`, async () => {
    const { tableName } = await grantedBy(cloud, stack);
    const before = await itemsOf(cloud, tableName);
    const visitor = new Visitor(cloud.endpoint, Url);
    const seen: string[] = [];
    for (const method of ['GET', 'POST', 'POST', 'GET']) {
      const { status, body } = await visitor.open('', method);
      check(status === 200 || status === 303, `${method} got ${status} ${body.slice(0, 200)}`);
      seen.push(`${status} ${body.replaceAll(/\s+/g, ' ').slice(0, 60)}`);
    }
    check((await itemsOf(cloud, tableName)) === before + 1, 'the visitor has not exactly one item');
    check(seen.at(0) !== seen.at(-1), `the last page shows nothing of the session: ${seen.join(' → ')}`);
    return seen.join(' → ');
  });
}
