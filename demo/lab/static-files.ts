import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { SECURITY_HEADERS } from '../function/reply';

const ROOT = join(__dirname, '..');

const STATIC: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/lab/style.css': ['public/style.css', 'text/css'],
  '/lab/lab.js': ['public/lab.js', 'text/javascript'],
  '/lab/mark.svg': ['public/mark.svg', 'image/svg+xml'],
  // Browsers also ask for this with a page of plain text.
  '/favicon.ico': ['public/mark.svg', 'image/svg+xml'],
};

/** The sources that the page shows, by name. */
export const SOURCES: Readonly<Record<string, string>> = {
  'handler.ts': 'function/handler.ts',
  'app.ts': 'app.ts',
  'race-ours.ts': 'function/race-ours.ts',
  'race-plain.ts': 'function/race-plain.ts',
  'plain-store.ts': 'function/plain-store.ts',
};

/** One of the page's own files. */
export function staticFile(path: string): APIGatewayProxyStructuredResultV2 | undefined {
  const [file, type] = Object.hasOwn(STATIC, path) ? STATIC[path]! : [];
  return file === undefined ? undefined : fileResponse(file, String(type));
}

/** One of the sources, as text. */
export function sourceFile(path: string): APIGatewayProxyStructuredResultV2 | undefined {
  const name = path.startsWith('/lab/code/') ? path.slice('/lab/code/'.length) : '';
  return Object.hasOwn(SOURCES, name) ? fileResponse(SOURCES[name]!, 'text/plain') : undefined;
}

/** The lines of one of the sources. */
export function sourceLines(name: keyof typeof SOURCES): string[] {
  return readFileSync(join(ROOT, SOURCES[name]!), 'utf8').split('\n');
}

function fileResponse(file: string, type: string): APIGatewayProxyStructuredResultV2 {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache', ...SECURITY_HEADERS };
  return { statusCode: 200, headers, body: readFileSync(join(ROOT, file), 'utf8') };
}
