import type { AttributeValue, Item } from '../../src/runtime';

/** One item as the explorer sees it. */
export interface StoredState {
  readonly key: string;
  readonly life: 'alive' | 'frozen' | 'run out';
  /** All of it as one text, to compare and to search. */
  readonly text: string;
}

/** The items of a table by their keys. @param now - epoch seconds */
export function statesOf(items: readonly Item[], now: number): ReadonlyMap<string, StoredState> {
  return new Map(items.map((item) => {
    const key = keyOf(item);
    const exp = Number((item.exp as { readonly N: string }).N);
    const life = item.frz !== undefined ? 'frozen' : exp > now ? 'alive' : 'run out';
    return [key, { key, life, text: textOf({ M: item }) }];
  }));
}

export function keyOf(item: Item): string {
  return Buffer.from((item.sid as { readonly B: Uint8Array }).B).toString('hex');
}

/** One text for one value, whatever the order of its attributes. */
function textOf(value: AttributeValue): string {
  if ('M' in value) return `{${Object.keys(value.M).sort().map((name) => `${name}:${textOf(value.M[name] as AttributeValue)}`).join()}}`;
  if ('L' in value) return `[${value.L.map(textOf).join()}]`;
  return 'B' in value ? Buffer.from(value.B).toString('hex') : 'S' in value ? value.S : value.N;
}

/** How often a text stands in another. */
export function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
