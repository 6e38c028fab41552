import crypto from 'node:crypto';
import { inspect } from 'node:util';

/** Every session id that this test file has made. */
const ids = new Set<string>();
/** What was written to the console or the standard streams. */
const output: string[] = [];

/** Notes each id as it is made: 32 random bytes are an id and nothing else here. */
export function watchIds(): void {
  const original = crypto.randomBytes;
  const watched = (size: number, ...rest: []): Buffer => {
    const bytes = original(size, ...rest);
    if (size === 32) ids.add(bytes.toString('base64url'));
    return bytes;
  };
  crypto.randomBytes = watched as typeof crypto.randomBytes;
}

/** Notes what is written, and lets it pass. */
export function watchOutput(): void {
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const original = console[level].bind(console);
    console[level] = (...values: unknown[]) => {
      output.push(...values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 9, showHidden: true }))));
      original(...values);
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    const original = stream.write.bind(stream) as (...values: unknown[]) => boolean;
    stream.write = (...values: unknown[]) => {
      output.push(String(values[0]));
      return original(...values);
    };
  }
}

/** Where an id stands in one of the texts, without telling the id. */
export function findId(texts: readonly string[]): string | undefined {
  for (const text of texts) {
    for (const id of ids) if (text.includes(id)) return text.replaceAll(id, '<a session id>');
  }
  return undefined;
}

/** Where an id was written to the console or the standard streams. */
export function findIdInOutput(): string | undefined {
  return findId(output);
}

/** How many ids were made. */
export function countIds(): number {
  return ids.size;
}
