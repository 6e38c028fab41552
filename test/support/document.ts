import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILE = /<!-- file: (\S+) -->\n```\w+\n([^]*?)^```/gm;

/** Writes the files that a document tells its reader to write. @returns their names */
export function writeFilesOf(document: string, folder: string): string[] {
  return [...readFileSync(document, 'utf8').matchAll(FILE)].map(([, name = '', code = '']) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
    return name;
  });
}
