import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A synthesised template without metadata: where a construct came from, and which versions made it. */
export function templateWithoutMetadata(assembly: string, stack: string): unknown {
  const text = readFileSync(join(assembly, `${stack}.template.json`), 'utf8');
  return JSON.parse(text, (key, value: unknown) => (key === 'Metadata' || key === 'CDKMetadata' || key === 'CDKMetadataAvailable' ? undefined : value));
}
