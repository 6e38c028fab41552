/** The changes that `docs/mutation.md` lists as ones that no test can notice, each with its reason. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change by its place: the source, the text of its line, and what it does. Line numbers change; texts seldom do. */
export interface Place {
  readonly file: string;
  readonly text: string;
  readonly what: string;
}

const PAGE = join(__dirname, '../docs/mutation.md');
/** Four lines each: the file, the text of the line, the change, and why it changes nothing. */
const ENTRY = /^- file: (?<file>\S+)\n {2}line: `` (?<text>.+) ``\n {2}change: (?<what>.+)\n {2}why: (?<why>.+)$/gm;

export function acceptedSurvivors(): ReadonlySet<string> {
  return new Set([...readFileSync(PAGE, 'utf8').matchAll(ENTRY)].map(({ groups = {} }) => placeName({
    file: groups.file ?? '', text: groups.text ?? '', what: groups.what ?? '',
  })));
}

export function placeName({ file, text, what }: Place): string {
  return [file, text, what].join('\n');
}

/** The entry to be completed and pasted. */
export function entryOf({ file, text, what }: Place): string {
  return `- file: ${file}\n  line: \`\` ${text} \`\`\n  change: ${what}\n  why: `;
}
