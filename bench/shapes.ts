import { Goods, goods } from './visits';

/** What sessions of the comparison in young processes hold: a count, and the goods under one key or under eight. */
export type ShapedData = { count: number; cart: Goods[] } & { [part in `part${number}`]?: Goods[] };

/** Goods of `bytes` bytes in `keys` keys, of which `count` is one. */
export function shaped(bytes: number, keys: number): ShapedData {
  const all = goods(bytes);
  const size = Math.ceil(all.length / (keys - 1));
  const parts = Array.from({ length: keys - 2 }, (_, at) => [`part${at + 1}`, all.slice((at + 1) * size, (at + 2) * size)]);
  return { count: 0, cart: all.slice(0, size), ...(Object.fromEntries(parts) as object) };
}
