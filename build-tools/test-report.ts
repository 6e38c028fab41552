/** What jest-junit wrote of the last run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One test of a run. */
export interface TestCase {
  /** The file's path in the repository. */
  readonly file: string;
  /** The titles of its blocks and its own, one after the other. */
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly milliseconds: number;
}

/** The reports of `npm test` and of `npm run test:faults`. */
export type Report = 'junit.xml' | 'faults.xml';

const REPORTS = join(__dirname, '../test-reports');
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': '\'', '&amp;': '&' };

/** The tests of the last run, or none where it wrote no report. */
export function lastRun(name: Report): TestCase[] {
  const path = join(REPORTS, name);
  if (!existsSync(path)) return [];
  const report = readFileSync(path, 'utf8');
  return [...report.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(([, attributes = '', content = '']) => ({
    file: attribute(attributes, 'file'),
    title: attribute(attributes, 'name'),
    outcome: /<(failure|error)/.test(content) ? 'failed' : content.includes('<skipped') ? 'skipped' : 'passed',
    milliseconds: Number(attribute(attributes, 'time')) * 1000,
  }));
}

function attribute(attributes: string, name: string): string {
  const text = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
